import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { paymentState } from "./payment-message.ts";

/** Payments: where they are kept, and what other services learn of them: no card detail, and of Stripe only the ids of what others decide about. */
export const paymentAggregate = defineAggregate({
  collection: "payments",
  stream: "PAYMENTS",
  event: PaymentEventSchema,
  state: paymentState,
  notFound: () => new DomainError("PAYMENT_NOT_FOUND", "payment has not begun"),
  indexes: [{ key: { intentId: 1 } }, { key: { buyerId: 1, lastDeclineTime: 1 } }],
});
