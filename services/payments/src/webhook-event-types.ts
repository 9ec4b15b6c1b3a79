/**
 * The types of Stripe's events that payments follows: what its webhook endpoint has to be subscribed to, and no others,
 * each of which would be a call that says nothing. https://docs.stripe.com/api/events/types
 */
export const webhookEventTypes = [
  "payment_intent.amount_capturable_updated",
  "payment_intent.payment_failed",
  "payment_intent.succeeded",
  "payment_intent.canceled",
  "charge.refunded",
  "charge.refund.updated",
  "refund.created",
  "refund.updated",
  "refund.failed",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.funds_reinstated",
  "charge.dispute.closed",
] as const;
