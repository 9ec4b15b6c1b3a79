/** The streams that the operators' overview follows: each with one durable consumer that all replicas share. */
export const DURABLE = "catalog";
export const sources = [
  { stream: "ORDERS", subject: "evt.orders.>" },
  { stream: "PAYMENTS", subject: "evt.payments.>" },
  { stream: "RECONCILIATION", subject: "evt.workflows.>" },
] as const;

/** The collections that are projections: dropped, they come back from the streams. */
export const projections = ["orders", "disputes", "reconciliations"] as const;
