import type { Outbox } from "@ticketing/runtime/documents/outbox";
import type { Payment } from "./payment.ts";
import { paymentEvent } from "./payment-event.ts";

/** What other services learn of payments. */
export const outbox: Outbox<Payment> = {
  collection: "payments",
  stream: "PAYMENTS",
  subject: "evt.payments.>",
  event: paymentEvent,
};
