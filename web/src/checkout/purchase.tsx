import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { type ReactNode, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react";
import { reasonOf } from "../api/reason.ts";
import { Card } from "../design/card.tsx";
import { Countdown } from "../design/countdown.tsx";
import { PageHeader } from "../design/page.tsx";
import { Progress } from "../design/progress.tsx";
import { CancelOrder } from "../orders/cancel-order.tsx";
import styles from "./checkout.module.css";
import { OrderSummary } from "./order-summary.tsx";
import { Outcome } from "./outcome.tsx";
import { PaymentForm } from "./payment-form.tsx";
import { type Phase, phaseOf } from "./phase.ts";
import { Receipt } from "./receipt.tsx";
import { checkoutTexts as texts } from "./texts.ts";
import { usePayment } from "./use-payment.ts";

/** How often an order past its deadline is read again, in case the stream is down. */
const OVERDUE_MS = 2_000;

/** The buyer's order from hold to payment, or to another end. The order's stream updates it. */
export function Purchase(props: {
  order: Order;
  onOrder: (newer: Order | undefined) => void;
  onStale: () => void;
}) {
  const { order, onStale } = props;
  const [deadlinePassed, setDeadlinePassed] = useState(false);
  const [wanted, setWanted] = useState(false);
  const payment = usePayment(order.id, wanted);
  const refusal = payment.failure === undefined ? undefined : reasonOf(payment.failure).name;
  const phase = phaseOf(order, {
    intentStatus:
      refusal === "PAYMENT_VOIDED" || refusal === "ORDER_ENDED" ? "canceled" : payment.intent?.status,
    paying: payment.paying,
    timeUp: deadlinePassed || refusal === "ORDER_EXPIRED",
  });
  if (phase === "pay" && !wanted) setWanted(true);
  usePolling(phase === "time-up" || phase === "ending" || phase === "confirming", onStale);

  return (
    <PhaseFrame phase={phase}>
      {phase === "pay" && (
        <>
          <PageHeader title={texts.title} lead={<bdi>{order.ticket?.event?.title}</bdi>} />
          {order.expireTime && (
            <p className={styles.clock}>
              <span>{texts.timeLeft}</span>
              <Countdown
                until={timestampDate(order.expireTime)}
                announceAs={texts.announce}
                onEnd={() => setDeadlinePassed(true)}
              />
            </p>
          )}
          <div className={styles.columns}>
            <Card className={styles.panel}>
              <PaymentForm payment={payment} price={order.price} />
            </Card>
            <aside className={styles.side}>
              <OrderSummary order={order} />
              <CancelOrder orderId={order.id} onOrder={props.onOrder} />
            </aside>
          </div>
        </>
      )}
      {phase === "confirming" && <Progress title={texts.confirmingTitle} text={texts.confirmingText} />}
      {phase === "time-up" && <Progress title={texts.timeUpTitle} text={texts.timeUpText} />}
      {phase === "ending" && <Progress title={texts.endingTitle} text={texts.endingText} />}
      {phase === "complete" && <Receipt order={order} />}
      {(phase === "cancelled" || phase === "expired" || phase === "refunded") && (
        <Outcome order={order} phase={phase} />
      )}
    </PhaseFrame>
  );
}

/** Moves the focus to the title when the phase changes by itself, before that is painted: screen readers read it. */
function PhaseFrame({ phase, children }: { phase: Phase; children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  const shown = useRef(phase);
  useLayoutEffect(() => {
    if (shown.current === phase) return;
    shown.current = phase;
    frame.current?.querySelector("h1")?.focus();
  }, [phase]);
  return <div ref={frame}>{children}</div>;
}

function usePolling(active: boolean, read: () => void): void {
  const again = useEffectEvent(read);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => again(), OVERDUE_MS);
    return () => clearInterval(timer);
  }, [active]);
}
