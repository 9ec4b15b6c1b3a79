import { ApiError } from "./api-error.ts";
import { parseForm } from "./form.ts";
import type { PaymentIntent } from "./objects.ts";
import type { Call } from "./operation.ts";
import { findIntent, finishAuthentication } from "./payment-intents.ts";

export interface PageResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * The bank's page of the 3-D Secure flow (docs.stripe.com/payments/3d-secure/authentication-flow): `GET` shows it,
 * `POST` with `payment_intent`, `client_secret`, `outcome` (`complete` or `fail`) ends it. With a `return_url` the customer
 * is sent back with Stripe's parameters (docs.stripe.com/payments/payment-intents/verifying-status#checking-status); without, JSON.
 */
export function authenticationPage(call: Call, method: string, query: string, body: string): PageResponse {
  const form = parseForm(method === "POST" ? body : query);
  const field = (name: string) => (typeof form[name] === "string" ? form[name] : "");
  try {
    const intent = findIntent({ ...call, client: true }, field("payment_intent"), field("client_secret"));
    const returnUrl =
      intent.next_action?.type === "redirect_to_url"
        ? intent.next_action.redirect_to_url.return_url
        : undefined;
    if (method !== "POST") return html(intent);
    const next = finish(call, intent, field("outcome") === "complete");
    if (!returnUrl)
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ status: next.status }),
      };
    const target = new URL(returnUrl);
    target.searchParams.set("payment_intent", intent.id);
    target.searchParams.set("payment_intent_client_secret", intent.client_secret);
    target.searchParams.set(
      "redirect_status",
      next.status === "requires_payment_method" ? "failed" : "succeeded",
    );
    return { status: 303, headers: { location: target.href }, body: "" };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return {
      status: error.status,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(error.body()),
    };
  }
}

/** A card that declines after authentication leaves its reason in the intent; the page itself does not fail. */
function finish(call: Call, intent: PaymentIntent, success: boolean): PaymentIntent {
  try {
    return finishAuthentication(call, intent, success);
  } catch (error) {
    if (error instanceof ApiError && error.status === 402 && error.details.payment_intent)
      return error.details.payment_intent;
    throw error;
  }
}

function html(intent: PaymentIntent): PageResponse {
  const hidden = `<input type="hidden" name="payment_intent" value="${intent.id}"><input type="hidden" name="client_secret" value="${intent.client_secret}">`;
  const button = (outcome: string, text: string) =>
    `<button name="outcome" value="${outcome}">${text}</button>`;
  return {
    status: 200,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>3-D Secure test page (Stripe double)</title>
<h1>3-D Secure test page</h1><p>This is a double of Stripe: no bank is asked. Choose what the customer does.</p>
<form method="post" action="/v3/authenticate">${hidden}${button("complete", "Complete authentication")} ${button("fail", "Fail authentication")}</form></html>`,
  };
}
