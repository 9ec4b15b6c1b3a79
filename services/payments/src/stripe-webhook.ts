import { setTimeout as sleep } from "node:timers/promises";
import type { PublicReason } from "@ticketing/proto/reason";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError, isRefusedFor, toConnectError } from "@ticketing/runtime/process/domain-error";
import { jsonResponse } from "@ticketing/runtime/serving/error-response";
import type { HttpRequest, HttpResponse } from "@ticketing/runtime/serving/serve";
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
const received: HttpResponse = { status: 200, body: JSON.stringify({ received: true }) };

function refused(reason: PublicReason, message: string, status: number, headers = {}): HttpResponse {
  const answer = jsonResponse(toConnectError(new DomainError(reason, message)), status);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

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

  return async ({ method, headers, body }) => {
    if (method !== "POST") {
      return refused("HTTP_NOT_SUPPORTED", "the HTTP method here is POST", 405, { allow: "POST" });
    }
    const signature = headers["stripe-signature"];
    const event = typeof signature === "string" ? stripe.readWebhook(body, signature) : undefined;
    if (!event) return refused("BAD_REQUEST", "bad signature", 400);
    if (event.kind === "other") return received;
    const payment = await concerned(event);
    if (!payment) return received;
    // A copied payment names a PaymentIntent of the mesh that it was copied from.
    if (!ownsPayment(await mesh.read(), payment)) return received;

    if (event.kind === "dispute") {
      await actions.lookAtDisputes(payment);
      return received;
    }
    const { shown, decline } = event;
    const declined = (current: Payment) => (decline ? recordDecline(current, decline, clock()) : current);
    const noted = await payments.update(payment._id, declined, payment);
    if (noted === payment && shown && (await showsSoon(payment, shown))) return received;
    const seen = await actions.refresh(noted);
    // The buyer's attempt ended after the payment was given up: what it holds or took goes back.
    if (seen.voidRequestedTime) await finishVoid(seen);
    return received;
  };
}
