import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { paymentState } from "./payment-message.ts";

/** Payments: where they are kept, and what other services learn of them: no Stripe id, no card detail. */
export const paymentAggregate = defineAggregate({
  collection: "payments",
  stream: "PAYMENTS",
  event: PaymentEventSchema,
  state: paymentState,
  notFound: () => new DomainError("PAYMENT_NOT_FOUND", "payment has not begun"),
  indexes: [{ key: { intentId: 1 } }, { key: { buyerId: 1, lastDeclineTime: 1 } }],
});
