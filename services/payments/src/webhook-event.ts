import type Stripe from "stripe";
import type { Decline } from "./decline-limit.ts";
import { snapshot } from "./intent-snapshot.ts";
import type { IntentSnapshot } from "./observe-intent.ts";
import { webhookEventTypes } from "./webhook-event-types.ts";

/**
 * A webhook event, reduced to what concerns us. `shown` is the PaymentIntent as it was then; an event of a refund shows
 * none. One of a dispute says only that something happened to one.
 */
export type WebhookEvent =
  | { kind: "intent"; intentId: string; shown?: IntentSnapshot; decline?: Decline }
  | { kind: "dispute"; intentId: string }
  | { kind: "other" };

type FollowedEvent = Extract<Stripe.Event, { type: (typeof webhookEventTypes)[number] }>;
const isFollowed = (event: Stripe.Event): event is FollowedEvent =>
  webhookEventTypes.some((type) => type === event.type);

/** What concerns us in an event of Stripe's. */
export function reduced(event: Stripe.Event): WebhookEvent {
  if (!isFollowed(event)) return { kind: "other" };
  switch (event.type) {
    case "payment_intent.payment_failed": {
      const error = event.data.object.last_payment_error;
      const decline = {
        eventId: event.id,
        code: error?.decline_code ?? error?.code ?? "declined",
        type: error?.type ?? "card_error",
        time: timeOf(event),
      };
      return { ...ofObject(event.data.object), decline };
    }
    case "payment_intent.amount_capturable_updated":
    case "payment_intent.succeeded":
    case "payment_intent.canceled":
      return ofObject(event.data.object);
    case "charge.refunded":
    case "charge.refund.updated":
    case "refund.created":
    case "refund.updated":
    case "refund.failed":
      return ofIntent(event.data.object.payment_intent, { kind: "intent" });
    case "charge.dispute.created":
    case "charge.dispute.updated":
    case "charge.dispute.funds_withdrawn":
    case "charge.dispute.funds_reinstated":
    case "charge.dispute.closed":
      return ofIntent(event.data.object.payment_intent, { kind: "dispute" });
  }
}

const timeOf = ({ created }: Stripe.Event): Date => new Date(created * 1000);

const ofObject = (intent: Stripe.PaymentIntent) =>
  ({ kind: "intent", intentId: intent.id, shown: snapshot(intent) }) as const;

/** A charge, refund or dispute that belongs to no PaymentIntent is none of ours. */
function ofIntent<T extends object>(
  reference: string | { id: string } | null | undefined,
  told: T,
): (T & { intentId: string }) | { kind: "other" } {
  const intentId = typeof reference === "string" ? reference : reference?.id;
  return intentId ? { ...told, intentId } : { kind: "other" };
}
