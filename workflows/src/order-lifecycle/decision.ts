/** What the lifecycle needs to know of an order. Times are epoch milliseconds. */
export interface OrderFacts {
  ticketId: string;
  status: "AWAITING_PAYMENT" | "ENDED";
  expireTime: number;
  cancelRequested: boolean;
  /** The cancellation was requested since the event does not take place. Absent in what was read before that could be. */
  eventCancelled?: boolean;
}

/** What it needs to know of the order's payment. */
export interface PaymentFacts {
  status: "NONE" | "REQUIRES_PAYMENT" | "AUTHORIZED" | "CAPTURED" | "GIVEN_UP" | "FAILED";
  /** When the charge was created, by Stripe's clock. */
  authorizedTime?: number;
  /** Attempts that the buyer's bank declined. */
  declines: number;
  /** Whether they were too many: for histories without a policy, and for workers of the release before. */
  declinesExhausted: boolean;
  /** The buyer asked to pay and no payment could be opened, for no fault of theirs. Absent in what was read before this was told. */
  neverOpened?: boolean;
}

/** What an operator decides of all orders. It is recorded with what was read, so that a replay decides the same. */
export interface Policy {
  /** Declined attempts after which an order is cancelled. */
  maxDeclines: number;
}

export type Decision =
  | { next: "nothing" }
  | { next: "wait"; until: number }
  | { next: "complete" }
  | { next: "cancel"; because: CancelCause }
  | { next: "expire"; because: ExpireCause };

/**
 * Why an order is cancelled: its buyer asked, or asked without having been able to pay, or spent the last decline, or
 * lost the money without doing any of these; or its event does not take place.
 */
export type CancelCause = "buyer" | "buyer_unable" | "declined" | "payment_failed" | "event_cancelled";
/** Why it expires: the buyer let the time pass, or could not pay. */
export type ExpireCause = "expired" | "payment_failed";

export const areDeclinesExhausted = (declines: number, { maxDeclines }: Policy): boolean =>
  declines >= maxDeclines;

/** Whether the order's time to pay is over. Times are epoch milliseconds. */
export const isOver = ({ expireTime }: Pick<OrderFacts, "expireTime">, time: number): boolean =>
  expireTime <= time;

/**
 * The rule by which an order that awaits payment goes on. The time of the authorisation decides whether it
 * came in time, not the time at which we look: money held in time completes, money held too late goes back.
 * `firstLook` is when order and payments were first seen to be there. If that was only after the deadline, nobody can
 * tell whether the buyer could have paid: the order may have come late, or orders or payments were away until then.
 * Lifecycles from before this was asked count as having looked in time. `policy` is absent in what earlier releases read.
 */
export function decide(
  order: OrderFacts,
  payment: PaymentFacts,
  policy: Policy | undefined,
  now: number,
  firstLook = 0,
): Decision {
  if (order.status === "ENDED") return { next: "nothing" };
  if (payment.status === "CAPTURED") return { next: "complete" };
  const unable = payment.neverOpened || isOver(order, firstLook);
  if (order.cancelRequested) {
    if (order.eventCancelled) return { next: "cancel", because: "event_cancelled" };
    return { next: "cancel", because: unable ? "buyer_unable" : "buyer" };
  }
  if (payment.status === "AUTHORIZED") {
    const inTime = payment.authorizedTime !== undefined && payment.authorizedTime <= order.expireTime;
    return inTime ? { next: "complete" } : { next: "expire", because: "expired" };
  }
  if (isOver(order, now)) {
    return { next: "expire", because: unable ? "payment_failed" : "expired" };
  }
  const exhausted = policy ? areDeclinesExhausted(payment.declines, policy) : payment.declinesExhausted;
  if (exhausted) return { next: "cancel", because: "declined" };
  if (payment.status === "FAILED") return { next: "cancel", because: "payment_failed" };
  return { next: "wait", until: order.expireTime };
}
