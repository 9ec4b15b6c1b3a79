import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Category, Event, Seat } from "@ticketing/proto/tickets/v1/ticket";
import type { ReactNode } from "react";
import { DateTime } from "../design/date-time.tsx";
import { CategoryArt } from "./category-art.tsx";
import { Place } from "./place.tsx";
import { ticketTexts as texts } from "./texts.ts";
import styles from "./ticket.module.css";

/** What is said of a ticket, whether it is listed, being written or in an order. */
export interface FaceOfTicket {
  readonly category: Category;
  readonly event?: Event | undefined;
  readonly seat?: Seat | undefined;
  readonly sellerName: string;
}

/** A ticket as people see it: the kind of event as a picture, a heading of the page's choice and the facts. */
export function TicketFace({ ticket, heading }: { ticket: FaceOfTicket; heading: ReactNode }) {
  const { event } = ticket;
  return (
    <article className={styles.ticket}>
      <CategoryArt category={ticket.category} className={styles.art} />
      <div className={styles.body}>
        {heading}
        <dl className={styles.facts}>
          <div>
            <dt>{texts.seatLabel}</dt>
            <dd>{texts.seat(ticket.seat)}</dd>
          </div>
          <div>
            <dt>{texts.when}</dt>
            <dd>{event?.startTime && <DateTime date={timestampDate(event.startTime)} zone />}</dd>
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
