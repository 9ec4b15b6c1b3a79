/** The streams that the read models follow: each with one durable consumer that all replicas share. */
export const DURABLE = "catalog";
export const sources = [
  { stream: "USERS", subject: "evt.auth.>" },
  { stream: "TICKETS", subject: "evt.tickets.>" },
  { stream: "ORDERS", subject: "evt.orders.>" },
  { stream: "PAYMENTS", subject: "evt.payments.>" },
  { stream: "RECONCILIATION", subject: "evt.workflows.>" },
] as const;

/** The collections that are projections: dropped, they come back from the streams. */
export const projections = ["listings", "sellers", "orders", "disputes", "reconciliations"] as const;
