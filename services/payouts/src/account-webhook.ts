import type { PublicReason } from "@ticketing/proto/reason";
import { DomainError, toConnectError } from "@ticketing/runtime/process/domain-error";
import { jsonResponse } from "@ticketing/runtime/serving/error-response";
import type { HttpRequest, HttpResponse } from "@ticketing/runtime/serving/serve";
import type { SellerAccounts } from "./seller-accounts.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

const received: HttpResponse = { status: 200, body: JSON.stringify({ received: true }) };

function refused(reason: PublicReason, message: string, status: number, headers = {}): HttpResponse {
  const answer = jsonResponse(toConnectError(new DomainError(reason, message)), status);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/**
 * POST /webhooks/stripe-connect. An event is a hint to fetch the account: it may come twice, late, in any order. Whose
 * account is not known here is accepted and ignored; a failure of ours is an exception, so a 500, so that Stripe tries
 * again.
 */
export function createAccountWebhook(deps: {
  accounts: Pick<SellerAccounts, "refreshKnown">;
  stripe: Pick<StripeGateway, "readWebhook">;
}): (request: HttpRequest) => Promise<HttpResponse> {
  const { accounts, stripe } = deps;
  return async ({ method, headers, body }) => {
    if (method !== "POST") {
      return refused("HTTP_NOT_SUPPORTED", "the HTTP method here is POST", 405, { allow: "POST" });
    }
    const signature = headers["stripe-signature"];
    const accountId = typeof signature === "string" ? stripe.readWebhook(body, signature) : undefined;
    if (accountId === undefined) return refused("BAD_REQUEST", "bad signature", 400);
    if (accountId) await accounts.refreshKnown(accountId);
    return received;
  };
}
