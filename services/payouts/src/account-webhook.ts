import type { HttpRequest, HttpResponse } from "@ticketing/runtime/serving/serve";
import { webhookHandler } from "@ticketing/runtime/stripe/webhook-handler";
import type { SellerAccounts } from "./seller-accounts.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

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
  return webhookHandler(
    (body, signature) => stripe.readWebhook(body, signature),
    async (accountId) => {
      if (accountId) await accounts.refreshKnown(accountId);
    },
  );
}
