import type Stripe from "stripe";
import type { Decline } from "./decline-limit.ts";

/** A webhook event, reduced to what concerns us. */
export type WebhookEvent =
  | { kind: "intent"; intentId: string; decline?: Decline }
  | { kind: "dispute"; intentId: string }
  | { kind: "other" };

/** What concerns us in an event of Stripe's. https://docs.stripe.com/api/events/types */
export function reduced(event: Stripe.Event): WebhookEvent {
  switch (event.type) {
    case "payment_intent.payment_failed": {
      const error = event.data.object.last_payment_error;
      const decline = {
        eventId: event.id,
        code: error?.decline_code ?? error?.code ?? "declined",
        type: error?.type ?? "card_error",
        time: new Date(event.created * 1000),
      };
      return { kind: "intent", intentId: event.data.object.id, decline };
    }
    case "payment_intent.amount_capturable_updated":
    case "payment_intent.succeeded":
    case "payment_intent.canceled":
      return { kind: "intent", intentId: event.data.object.id };
    case "charge.refunded":
    case "charge.refund.updated":
    case "refund.created":
    case "refund.updated":
    case "refund.failed":
      return ofIntent("intent", event.data.object.payment_intent);
    case "charge.dispute.created":
      return ofIntent("dispute", event.data.object.payment_intent);
    default:
      return { kind: "other" };
  }
}

/** A charge or refund that belongs to no PaymentIntent is none of ours. */
function ofIntent(
  kind: "intent" | "dispute",
  reference: string | { id: string } | null | undefined,
): WebhookEvent {
  const intentId = typeof reference === "string" ? reference : reference?.id;
  return intentId ? { kind, intentId } : { kind: "other" };
}
