import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { EventSchema, SeatSchema } from "@ticketing/proto/tickets/v1/ticket";
import { Money } from "../design/money.tsx";
import type { KnownEvent } from "../events/known-event.ts";
import { TicketFace } from "../ticket/ticket-face.tsx";
import { type Draft, offerOf } from "./draft.ts";
import styles from "./sell.module.css";
import { sellTexts as texts } from "./texts.ts";

/** A preview of the ticket as buyers will see it, updated while the seller types. */
export function OfferPreview({ draft, sellerName }: { draft: Draft; sellerName: string }) {
  const { title, category, seat, price } = offerOf(draft);
  const { event } = draft;
  return (
    <section className={styles.preview} aria-label={texts.preview}>
      <h2>{texts.preview}</h2>
      <TicketFace
        ticket={{
          category,
          event: event && create(EventSchema, snapshotOf(event)),
          seat: create(SeatSchema, seat),
          sellerName,
        }}
        heading={
          <div className={styles.previewHead}>
            <div>
              <h3>
                <bdi>{event?.title ?? texts.previewEvent}</bdi>
              </h3>
              <p className={styles.soft}>
                <bdi>{title || texts.previewTitle}</bdi>
              </p>
            </div>
            {price.minorUnits > 0n && <Money amount={price} className={styles.amount} />}
          </div>
        }
      />
    </section>
  );
}

const snapshotOf = ({ title, venue, city, timeZone, start }: KnownEvent) => ({
  ...{ title, venue, city, timeZone },
  ...(!Number.isNaN(start.getTime()) && { startTime: timestampFromDate(start) }),
});
