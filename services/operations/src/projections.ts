/** The streams that the read models follow: each with one durable consumer that all replicas share. */
export const DURABLE = "operations";
export const sources = [
  { stream: "ORDERS", subject: "evt.orders.>" },
  { stream: "PAYMENTS", subject: "evt.payments.v1.payment_disputed.>" },
  { stream: "RECONCILIATION", subject: "evt.workflows.>" },
] as const;

/** The collections that are projections: dropped, they come back from the streams. */
export const projections = ["orders", "disputes", "reconciliations"] as const;
