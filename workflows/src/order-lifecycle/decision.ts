/** What the lifecycle needs to know of an order. Times are epoch milliseconds. */
export interface OrderFacts {
  ticketId: string;
  status: "AWAITING_PAYMENT" | "ENDED";
  expireTime: number;
  cancelRequested: boolean;
}

/** What it needs to know of the order's payment. */
export interface PaymentFacts {
  status: "NONE" | "REQUIRES_PAYMENT" | "AUTHORIZED" | "CAPTURED" | "GIVEN_UP" | "FAILED";
  /** When the charge was created, by Stripe's clock. */
  authorizedTime?: number;
  /** The last allowed decline has happened. */
  declinesExhausted: boolean;
  /** The buyer asked to pay and no payment could be opened, for no fault of theirs. Absent in what was read before this was told. */
  neverOpened?: boolean;
}

export type Decision =
  | { next: "nothing" }
  | { next: "wait"; until: number }
  | { next: "complete" }
  | { next: "cancel"; because: CancelCause }
  | { next: "expire"; because: ExpireCause };

/**
 * Why an order is cancelled: its buyer asked, or asked without having been able to pay, or spent the last decline, or
 * lost the money without doing any of these.
 */
export type CancelCause = "buyer" | "buyer_unable" | "declined" | "payment_failed";
/** Why it expires: the buyer let the time pass, or could not pay. */
export type ExpireCause = "expired" | "payment_failed";

/**
 * The rule by which an order that awaits payment goes on. The time of the authorisation decides whether it
 * came in time, not the time at which we look: money held in time completes, money held too late goes back.
 * `firstLook` is when the lifecycle first saw order and payment. One that saw them after the deadline alone cannot tell
 * whether the buyer could have paid: the order may have come late, or orders or payments were away until then.
 * Lifecycles from before this was asked count as having looked in time.
 */
export function decide(order: OrderFacts, payment: PaymentFacts, now: number, firstLook = 0): Decision {
  if (order.status === "ENDED") return { next: "nothing" };
  if (payment.status === "CAPTURED") return { next: "complete" };
  const unable = payment.neverOpened || firstLook >= order.expireTime;
  if (order.cancelRequested) {
    return { next: "cancel", because: unable ? "buyer_unable" : "buyer" };
  }
  if (payment.status === "AUTHORIZED") {
    const inTime = payment.authorizedTime !== undefined && payment.authorizedTime <= order.expireTime;
    return inTime ? { next: "complete" } : { next: "expire", because: "expired" };
  }
  if (now >= order.expireTime) {
    return { next: "expire", because: unable ? "payment_failed" : "expired" };
  }
  if (payment.declinesExhausted) return { next: "cancel", because: "declined" };
  if (payment.status === "FAILED") return { next: "cancel", because: "payment_failed" };
  return { next: "wait", until: order.expireTime };
}
