/**
 * The types of Stripe's events that payouts follows: what its webhook endpoint for connected accounts has to be subscribed
 * to, and no others. https://docs.stripe.com/connect/webhooks
 */
export const accountEventTypes = ["account.updated"] as const;
