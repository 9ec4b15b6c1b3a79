import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import type { Transition } from "@ticketing/runtime/documents/transition";
import type { OutgoingEvent } from "@ticketing/runtime/events/events";
import type { Payment, StripeAction } from "./payment.ts";
import { actions } from "./payment-message.ts";

type TransitionInit = MessageInitShape<typeof PaymentEventSchema>["transition"];

const transitions: Record<string, (data: Record<string, string>) => TransitionInit> = {
  payment_started: () => ({ case: "paymentStarted", value: {} }),
  payment_authorized: () => ({ case: "paymentAuthorized", value: {} }),
  payment_declined: ({ code }) => ({ case: "paymentDeclined", value: { code } }),
  payment_captured: () => ({ case: "paymentCaptured", value: {} }),
  payment_voided: () => ({ case: "paymentVoided", value: {} }),
  payment_refunded: () => ({ case: "paymentRefunded", value: {} }),
  payment_disputed: () => ({ case: "paymentDisputed", value: {} }),
  payment_dispute_closed: ({ outcome }) => ({ case: "paymentDisputeClosed", value: { outcome } }),
  // In documents of the release before.
  payment_updated: () => ({ case: "paymentUpdated", value: {} }),
  payment_refund_pending: () => ({ case: "paymentRefundPending", value: {} }),
  payment_refund_failed: ({ reason }) => ({ case: "paymentRefundFailed", value: { reason } }),
  payment_action_refused: ({ action, code }) => ({
    case: "paymentActionRefused",
    value: { action: actions[action as StripeAction], stripeCode: code },
  }),
  payment_failed: () => ({ case: "paymentFailed", value: {} }),
};

/** What other services learn of a transition and of the payment after it: no Stripe id, no card detail. */
export function paymentEvent(payment: Payment, transition: Transition): OutgoingEvent {
  const event = create(PaymentEventSchema, {
    id: payment._id,
    version: BigInt(transition.version),
    time: timestampFromDate(transition.time),
    transition: transitions[transition.type]?.(transition.data),
    state: {
      id: payment._id,
      status: payment.status,
      amount: { minorUnits: BigInt(payment.amount.minorUnits), currency: payment.amount.currency },
      declines: payment.declines,
      version: BigInt(payment.version),
    },
  });
  return {
    subject: `evt.payments.v1.${transition.type}.${payment._id}`,
    id: `${payment._id}:${transition.version}`,
    type: `ticketing.payments.v1.${transition.type}`,
    source: "payments",
    time: transition.time,
    requestId: transition.requestId,
    payload: toBinary(PaymentEventSchema, event),
  };
}
