import { Link } from "@tanstack/react-router";
import { type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { Money } from "../design/money.tsx";
import { EventTime } from "../ticket/event-time.tsx";
import { Place } from "../ticket/place.tsx";
import { ticketTexts } from "../ticket/texts.ts";
import { TicketStatusPill } from "../ticket/ticket-status.tsx";
import styles from "./browse.module.css";
import { browseTexts } from "./texts.ts";

/** A ticket in a list. `withEvent`: the list has tickets of several events, so the row names the event. */
export function TicketRow({ ticket, withEvent = false }: { ticket: Ticket; withEvent?: boolean }) {
  const { event } = ticket;
  return (
    <Link
      to="/tickets/$ticketId"
      params={{ ticketId: ticket.id }}
      className={styles.ticket}
      data-free={ticket.status === TicketStatus.AVAILABLE}
    >
      <div>
        <h2>{withEvent ? <bdi>{event?.title}</bdi> : ticketTexts.seat(ticket.seat)}</h2>
        {withEvent && (
          <>
            <p className={styles.soft}>
              <Place event={event} />
            </p>
            <EventTime event={event} className={styles.soft} />
          </>
        )}
        <p className={styles.soft}>
          {withEvent ? ticketTexts.seat(ticket.seat) : browseTexts.soldBy(ticket.sellerName)}
        </p>
        {ticket.instant && <p className={styles.soft}>{ticketTexts.instant}</p>}
      </div>
      <div className={styles.ticketSide}>
        {ticket.price && <Money amount={ticket.price} className={styles.price} />}
        <TicketStatusPill status={ticket.status} />
      </div>
    </Link>
  );
}
