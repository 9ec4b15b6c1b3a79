import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { DateTime } from "../design/date-time.tsx";
import type { MoneyPlace } from "./money-place.ts";
import styles from "./orders.module.css";
import { stepText, orderTexts as texts } from "./texts.ts";

/** The timeline of an order in words, oldest first. */
export function OrderTimeline(props: {
  order: Order;
  side: "buyer" | "seller";
  money: MoneyPlace | undefined;
}) {
  const { order, side, money } = props;
  return (
    <section className={styles.section} aria-labelledby="timeline">
      <h2 id="timeline">{texts.timeline}</h2>
      <ol className={styles.timeline}>
        {order.timeline.map((step) => (
          <li key={step.version.toString()}>
            <p>{stepText(side, step, money)}</p>
            {step.time && <DateTime date={timestampDate(step.time)} className={styles.soft} />}
          </li>
        ))}
      </ol>
    </section>
  );
}
