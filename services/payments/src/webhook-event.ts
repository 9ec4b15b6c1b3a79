import type Stripe from "stripe";
import type { Decline } from "./decline-limit.ts";
import type { DisputeOutcome } from "./disputes.ts";
import { snapshot } from "./intent-snapshot.ts";
import type { IntentSnapshot } from "./observe-intent.ts";
import { webhookEventTypes } from "./webhook-event-types.ts";

/**
 * A webhook event, reduced to what concerns us. `shown` is the PaymentIntent as it was then; an event of a refund shows
 * none.
 */
export type WebhookEvent =
  | { kind: "intent"; intentId: string; shown?: IntentSnapshot; decline?: Decline }
  | { kind: "dispute"; intentId: string; disputeId: string; outcome?: DisputeOutcome; time: Date }
  | { kind: "other" };

const outcomes: readonly DisputeOutcome[] = ["won", "lost", "warning_closed"];

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
    case "charge.dispute.created": {
      const { id: disputeId, payment_intent } = event.data.object;
      return ofIntent(payment_intent, { kind: "dispute", disputeId, time: timeOf(event) });
    }
    case "charge.dispute.closed": {
      const { id: disputeId, status, payment_intent } = event.data.object;
      const outcome = outcomes.find((known) => known === status);
      if (!outcome) return { kind: "other" };
      return ofIntent(payment_intent, { kind: "dispute", disputeId, outcome, time: timeOf(event) });
    }
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
