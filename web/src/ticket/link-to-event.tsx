import { Link } from "@tanstack/react-router";
import type { Event } from "@ticketing/proto/tickets/v1/ticket";
import type { ReactNode } from "react";

/** Leads to all tickets for an event: to its page, or to a search for its title while its id is not known. */
export function LinkToEvent(props: { event: Event | undefined; className?: string; children: ReactNode }) {
  const { eventId, title, city } = props.event ?? {};
  return eventId ? (
    <Link to="/events/$eventId" params={{ eventId }} className={props.className}>
      {props.children}
    </Link>
  ) : (
    <Link to="/" search={{ q: title, city }} className={props.className}>
      {props.children}
    </Link>
  );
}
