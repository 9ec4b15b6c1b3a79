import type { Category, Event, Seat } from "@ticketing/proto/tickets/v1/ticket";
import type { ReactNode } from "react";
import { CategoryArt } from "./category-art.tsx";
import { EventTime } from "./event-time.tsx";
import { Place } from "./place.tsx";
import { ticketTexts as texts } from "./texts.ts";
import styles from "./ticket.module.css";

/** The facts of a ticket that is listed, being written or in an order. */
export interface FaceOfTicket {
  readonly category: Category;
  readonly event?: Event | undefined;
  readonly seat?: Seat | undefined;
  readonly sellerName: string;
}

/** A ticket with the picture of its kind of event, a heading that the page provides, and its facts. */
export function TicketFace({ ticket, heading }: { ticket: FaceOfTicket; heading: ReactNode }) {
  const { event } = ticket;
  return (
    <article className={styles.ticket}>
      <CategoryArt category={ticket.category} className={styles.art} />
      <div className={styles.body}>
        {heading}
        <dl className={styles.facts}>
          <div className={styles.when}>
            <dt>{texts.when}</dt>
            <dd>
              <EventTime event={event} zone />
            </dd>
          </div>
          <div>
            <dt>{texts.seatLabel}</dt>
            <dd>{texts.seat(ticket.seat)}</dd>
          </div>
          <div>
            <dt>{texts.where}</dt>
            <dd>
              <Place event={event} />
            </dd>
          </div>
          <div>
            <dt>{texts.seller}</dt>
            <dd>
              <bdi>{ticket.sellerName}</bdi>
            </dd>
          </div>
        </dl>
      </div>
    </article>
  );
}
