import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import {
  type TransitionOf,
  type TransitionType,
  transitionsOf,
} from "@ticketing/runtime/documents/transition";

export type PaymentTransition = TransitionOf<typeof PaymentEventSchema>;
export type PaymentTransitionType = TransitionType<typeof PaymentEventSchema>;

/** A payment begins and goes on with the transitions of its event. */
export const { begin, advance } = transitionsOf(PaymentEventSchema);
