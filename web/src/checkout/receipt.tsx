import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Link } from "@tanstack/react-router";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { Button, buttonClass } from "../design/button.tsx";
import { DateTime } from "../design/date-time.tsx";
import { PageHeader } from "../design/page.tsx";
import { Notice } from "../design/states.tsx";
import { formatDateTime } from "../format/format-date.ts";
import styles from "./checkout.module.css";
import { OrderSummary } from "./order-summary.tsx";
import { checkoutTexts as texts } from "./texts.ts";

/** A completed purchase, on the screen and printed. */
export function Receipt({ order }: { order: Order }) {
  const paidTime = order.timeline.find(({ transition }) => transition.case === "orderCompleted")?.time;
  return (
    <div className={styles.narrow}>
      <span className={styles.done} aria-hidden="true">
        ✓
      </span>
      <PageHeader title={texts.completeTitle} lead={texts.completeText(order.ticket?.event?.title ?? "")} />
      {order.cancelRequestedTime && <Notice tone="warn" title={texts.tooLateToCancel} />}
      <section aria-label={texts.receipt}>
        <OrderSummary order={order}>
          {paidTime && (
            <div>
              <dt>{texts.paidOn}</dt>
              <dd>
                <DateTime date={timestampDate(paidTime)} zone />
              </dd>
            </div>
          )}
          <div>
            <dt>{texts.orderNumber}</dt>
            <dd className={styles.number}>{order.id}</dd>
          </div>
        </OrderSummary>
      </section>
      {order.refundableUntil && (
        <p className={styles.note}>
          {texts.refundUntil(formatDateTime(timestampDate(order.refundableUntil)))}
        </p>
      )}
      <div className={styles.choices}>
        <Button onClick={() => window.print()}>{texts.print}</Button>
        <Link to="/orders/$orderId" params={{ orderId: order.id }} className={buttonClass("secondary")}>
          {texts.toOrder}
        </Link>
        <Link to="/" className={buttonClass("quiet")}>
          {texts.toStart}
        </Link>
      </div>
    </div>
  );
}
