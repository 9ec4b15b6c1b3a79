import { timestampDate, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Delivery, TicketIssue } from "@ticketing/proto/deliveries/v1/delivery";
import type { Order } from "@ticketing/proto/orders/v1/order";
import type { ReactNode } from "react";
import { serverClock } from "../api/server-clock.ts";
import { DateTime } from "../design/date-time.tsx";
import { ErrorState } from "../design/states.tsx";
import { formatDateTime } from "../format/format-date.ts";
import styles from "./delivery.module.css";
import { stepText, deliveryTexts as texts } from "./texts.ts";
import { useDelivery } from "./use-delivery.ts";

/** What a side is shown of a delivery, and how its calls tell what they changed. */
export interface DeliverySide {
  delivery: Delivery;
  take: (newer: Delivery | undefined) => void;
}

const DAY_MS = 86_400_000;

/** Until when to deliver, in words. */
export const dueTime = ({ deliverBy }: Delivery): string =>
  deliverBy ? formatDateTime(timestampDate(deliverBy)) : "";

/** When the seller was last reminded, in the words of the reader's side; nothing until then. */
export function Reminded(props: { delivery: Delivery; words: (at: string) => string }) {
  const { remindedTime } = props.delivery;
  return remindedTime && <p>{props.words(formatDateTime(timestampDate(remindedTime)))}</p>;
}

/** The part of an order's page that is about the ticket itself; `instead`: what there is while it cannot be read. */
export function DeliveryPart(props: {
  order: Order;
  instead?: ReactNode;
  children: (side: DeliverySide) => ReactNode;
}) {
  const { id, ticket } = props.order;
  const start = ticket?.event?.startTime;
  const isOld = start !== undefined && timestampMs(start) + DAY_MS <= serverClock.now();
  const { delivery, pending, error, take, retry } = useDelivery(id, isOld);
  if (!delivery && !pending && !error) return null;
  return (
    <section className={styles.part} aria-labelledby="delivery">
      <h2 id="delivery">{texts.title}</h2>
      {pending && <p>{texts.preparing}</p>}
      {error && (
        <>
          <ErrorState error={error} onRetry={retry} />
          {props.instead}
        </>
      )}
      {delivery && (
        <>
          {props.children({ delivery, take })}
          {delivery.issue === TicketIssue.ISSUED && <p className={styles.soft}>{texts.issued}</p>}
          <Barcode delivery={delivery} />
          <Openings delivery={delivery} />
          <Steps delivery={delivery} />
        </>
      )}
    </section>
  );
}

/** What the barcode in the file says of the ticket, which is the same to both; nothing where no file was looked at. */
function Barcode({ delivery: { barcodeFound } }: { delivery: Delivery }) {
  if (barcodeFound === undefined) return null;
  return <p className={styles.soft}>{barcodeFound ? texts.barcodeFound : texts.noBarcode}</p>;
}

/** Each reading of the ticket is shown to both: who bought knows whether somebody else has their session. */
function Openings({ delivery: { openings, openingCount } }: { delivery: Delivery }) {
  if (openingCount === 0n) return null;
  return (
    <div className={styles.soft}>
      <p>{texts.opened(openingCount.toString())}</p>
      <ul>
        {openings.toReversed().map((time, at) => (
          // Two openings may have one time; they have nothing else to tell them apart.
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <li key={at}>
            <DateTime date={timestampDate(time)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Steps({ delivery }: { delivery: Delivery }) {
  return (
    <details className={styles.soft}>
      <summary>{texts.timeline}</summary>
      <ol>
        {delivery.timeline.map((step) => (
          <li key={step.version.toString()}>
            {stepText(step)} {step.time && <DateTime date={timestampDate(step.time)} />}
          </li>
        ))}
      </ol>
    </details>
  );
}
