import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { moneyInit } from "@ticketing/runtime/values/money";
import type { Payment } from "./payment.ts";

/** Payments: where they are kept, and what other services learn of them: no Stripe id, no card detail. */
export const paymentAggregate = defineAggregate({
  collection: "payments",
  stream: "PAYMENTS",
  event: PaymentEventSchema,
  state: (payment: Payment) => ({
    id: payment._id,
    status: payment.status,
    amount: moneyInit(payment.amount),
    declines: payment.declines,
    version: BigInt(payment.version),
  }),
  notFound: () => new DomainError("PAYMENT_NOT_FOUND", "payment has not begun"),
  indexes: [{ key: { intentId: 1 } }, { key: { buyerId: 1, lastDeclineTime: 1 } }],
});
