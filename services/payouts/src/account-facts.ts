import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import type Stripe from "stripe";
import type { AccountFacts } from "./seller-account.ts";

/** The provider has all that it asked for and checks it. */
const UNDER_REVIEW = ["requirements.pending_verification", "under_review"];

/** An account as Stripe shows it, in our words. https://docs.stripe.com/api/accounts/object */
export function accountFacts(account: Stripe.Account): AccountFacts {
  const { currently_due: due, past_due: past, disabled_reason: reason } = account.requirements ?? {};
  const missing = [...new Set([...(past ?? []), ...(due ?? [])])].sort();
  const isReady = account.capabilities?.transfers === "active" && account.payouts_enabled;
  if (isReady) return { status: SellerAccountStatus.READY, missing };
  const isUnderway = !account.details_submitted || !reason || UNDER_REVIEW.includes(reason);
  if (isUnderway) return { status: SellerAccountStatus.ONBOARDING, missing };
  return { status: SellerAccountStatus.RESTRICTED, missing, restriction: reason };
}
