import type { Order } from "@ticketing/proto/orders/v1/order";
import type { ReactNode } from "react";
import { Card } from "../design/card.tsx";
import { Money } from "../design/money.tsx";
import { CategoryArt } from "../ticket/category-art.tsx";
import { EventTime } from "../ticket/event-time.tsx";
import { Place } from "../ticket/place.tsx";
import { ticketTexts } from "../ticket/texts.ts";
import styles from "./checkout.module.css";
import { checkoutTexts as texts } from "./texts.ts";

/** What is being bought, and for how much; `children` are further facts. */
export function OrderSummary({ order, children }: { order: Order; children?: ReactNode }) {
  const { ticket, price } = order;
  const event = ticket?.event;
  return (
    <Card className={styles.summary}>
      <CategoryArt category={ticket?.category ?? 0} className={styles.art} />
      <div className={styles.summaryBody}>
        <h2>
          <bdi>{event?.title}</bdi>
        </h2>
        <p className={styles.note}>
          <bdi>{ticket?.title}</bdi>
        </p>
        <dl className={styles.facts}>
          <div>
            <dt>{texts.seat}</dt>
            <dd>{ticketTexts.seat(ticket?.seat)}</dd>
          </div>
          <div>
            <dt>{texts.when}</dt>
            <dd>
              <EventTime event={event} zone />
            </dd>
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
              <bdi>{ticket?.sellerName}</bdi>
            </dd>
          </div>
          {children}
          <div className={styles.total}>
            <dt>{texts.total}</dt>
            <dd>{price && <Money amount={price} />}</dd>
          </div>
        </dl>
      </div>
    </Card>
  );
}
