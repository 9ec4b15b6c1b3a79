import { completeOnboarding } from "./accounts.ts";
import type { PageResponse } from "./authentication-page.ts";
import { parseForm } from "./form.ts";
import type { Call } from "./operation.ts";

/**
 * Stripe's page for onboarding (docs.stripe.com/connect/hosted-onboarding): `GET` opens it, once; `POST` with `outcome`
 * (`complete` or `leave`) ends it and leads to the `return_url`, which says nothing of whether all was told. One that was
 * opened before or has expired leads to the `refresh_url` (docs.stripe.com/api/account_links/create).
 */
export function onboardingPage(call: Call, method: string, id: string, body: string): PageResponse {
  const { state, now } = call;
  const page = state.accountPages.get(id);
  const account = state.accounts.get(page?.account ?? "");
  if (!page || !account) {
    return { status: 404, headers: { "content-type": "text/plain" }, body: "There is no such page.\n" };
  }
  if (method !== "POST") {
    if (page.isUsed || page.expiresAt <= now) return leadTo(page.refreshUrl);
    state.accountPages.put({ ...page, isUsed: true });
    return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: PAGE };
  }
  if (parseForm(body).outcome === "complete") completeOnboarding(call, account);
  return leadTo(page.returnUrl);
}

const leadTo = (location: string): PageResponse => ({ status: 303, headers: { location }, body: "" });

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Onboarding test page (Stripe double)</title>
<h1>Onboarding test page</h1><p>This is a double of Stripe: nothing is asked and no money moves. Choose what the seller does.</p>
<form method="post"><button name="outcome" value="complete">Complete onboarding</button> <button name="outcome" value="leave">Leave without completing</button></form></html>`;
