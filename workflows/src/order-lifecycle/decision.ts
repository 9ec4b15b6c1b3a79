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
}

export type Decision =
  | { next: "nothing" }
  | { next: "wait"; until: number }
  | { next: "complete" }
  | { next: "cancel"; because: "buyer" | "payment_failed" }
  | { next: "expire" };

/**
 * The rule by which an order that awaits payment goes on. The time of the authorisation decides whether it
 * came in time, not the time at which we look: money held in time completes, money held too late goes back.
 */
export function decide(order: OrderFacts, payment: PaymentFacts, now: number): Decision {
  if (order.status === "ENDED") return { next: "nothing" };
  if (payment.status === "CAPTURED") return { next: "complete" };
  if (order.cancelRequested) return { next: "cancel", because: "buyer" };
  if (payment.status === "AUTHORIZED") {
    const inTime = payment.authorizedTime !== undefined && payment.authorizedTime <= order.expireTime;
    return inTime ? { next: "complete" } : { next: "expire" };
  }
  if (now >= order.expireTime) return { next: "expire" };
  if (payment.declinesExhausted || payment.status === "FAILED")
    return { next: "cancel", because: "payment_failed" };
  return { next: "wait", until: order.expireTime };
}
