import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@ticketing/runtime/process/clock";
import { isRefusedFor } from "@ticketing/runtime/process/domain-error";
import type { HttpRequest, HttpResponse } from "@ticketing/runtime/serving/serve";
import { webhookHandler } from "@ticketing/runtime/stripe/webhook-handler";
import { ownsPayment } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import { type IntentSnapshot, isKnown } from "./observe-intent.ts";
import { type Payment, recordDecline } from "./payment.ts";
import type { PaymentActions } from "./payment-actions.ts";
import type { PaymentStore } from "./payment-store.ts";
import type { StripeGateway } from "./stripe-gateway.ts";
import type { WebhookEvent } from "./webhook-event.ts";

/** So long another replica may take to note the answer of an action that a message tells of too. */
const NOTED_MS = 250;
const DEFINITE = ["REFUND_REFUSED", "CHARGE_DISPUTED"] as const;

/**
 * POST /webhooks/stripe. An event is a hint to fetch its object, unless it says only what the payment shows: it may
 * come twice, late, in any order. What is not ours is accepted and ignored; a failure of ours is an exception, so a 500,
 * so that Stripe tries again.
 */
export function createStripeWebhook(deps: {
  payments: PaymentStore;
  actions: PaymentActions;
  stripe: StripeGateway;
  mesh: MeshIdentity;
  clock: Clock;
}): (request: HttpRequest) => Promise<HttpResponse> {
  const { payments, actions, stripe, mesh, clock } = deps;

  /** What Stripe refuses to give back is in the payment and the log; another message of the same changes nothing. */
  async function finishVoid(payment: Payment): Promise<void> {
    try {
      await actions.finishVoid(payment);
    } catch (error) {
      if (!isRefusedFor(error, ...DEFINITE)) throw error;
    }
  }

  /** The payment that an event concerns: as an action that is under way here leaves it, or as it is stored. */
  const concerned = async ({ kind, intentId }: Exclude<WebhookEvent, { kind: "other" }>) =>
    (kind === "intent" && (await actions.answered(intentId))) || payments.findByIntent(intentId);

  /** Whether the payment shows what a message says, now or, of what no one but us does to it, in a moment. */
  async function showsSoon(payment: Payment, shown: IntentSnapshot): Promise<boolean> {
    if (isKnown(payment, shown, clock())) return true;
    if (shown.status !== "succeeded" && shown.status !== "canceled") return false;
    await sleep(NOTED_MS);
    return isKnown(await payments.get(payment._id), shown, clock());
  }

  async function take(event: WebhookEvent): Promise<void> {
    if (event.kind === "other") return;
    const payment = await concerned(event);
    if (!payment) return;
    // A copied payment names a PaymentIntent of the mesh that it was copied from.
    if (!ownsPayment(await mesh.read(), payment)) return;

    if (event.kind === "dispute") {
      await actions.lookAtDisputes(payment);
      return;
    }
    const { shown, decline } = event;
    const declined = (current: Payment) => (decline ? recordDecline(current, decline, clock()) : current);
    const noted = await payments.update(payment._id, declined, payment);
    if (noted === payment && shown && (await showsSoon(payment, shown))) return;
    const seen = await actions.refresh(noted);
    // The buyer's attempt ended after the payment was given up: what it holds or took goes back.
    if (seen.voidRequestedTime) await finishVoid(seen);
  }

  return webhookHandler((body, signature) => stripe.readWebhook(body, signature), take);
}
