import type { ServiceImpl } from "@connectrpc/connect";
import type { PayoutService } from "@ticketing/proto/payouts/v1/payout_service";
import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import { requireRole, requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError, isRefusedFor } from "@ticketing/runtime/process/domain-error";
import type { RateLimit } from "@ticketing/runtime/process/rate-limit";
import { needsSecondPerson, type SecondPersonLimits } from "@ticketing/runtime/values/second-person";
import type { Earning } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";
import { netOf } from "./earning-amounts.ts";
import { earningMessage, frozenMessage } from "./earning-message.ts";
import { agreeToUnfreeze, FROZEN_BY_HAND, freeze, freezeOf, unfreeze } from "./freeze-by-hand.ts";
import type { SellerAccount } from "./seller-account.ts";
import { sellerAccountMessage } from "./seller-account-message.ts";
import type { SellerAccounts } from "./seller-accounts.ts";

/** So often within the window a seller may open the provider's page. */
export const ONBOARDING_RATE = { count: 10, windowMs: 60_000 };
/** So often within the window a seller's account is looked up at the provider; past that, what is known is answered. */
export const LOOK_RATE = { count: 20, windowMs: 60_000 };

/** The sellers' API, and what operators do with an earning. */
export function createPayoutService(deps: {
  earnings: Pick<EarningStore, "get" | "list" | "update">;
  accounts: SellerAccounts;
  /** Take a seller's id for each call that asks the provider. */
  onboardingLimit: RateLimit;
  lookLimit: RateLimit;
  /** Up to what a seller gets one operator frees it alone. */
  unfreezeLimits: SecondPersonLimits;
  clock: Clock;
}): ServiceImpl<typeof PayoutService> {
  const { earnings, accounts, onboardingLimit, lookLimit, unfreezeLimits, clock } = deps;

  const mayFreeAlone = (earning: Earning): boolean => {
    const gets = { minorUnits: netOf(earning), currency: earning.price.currency };
    return !needsSecondPerson(unfreezeLimits, gets);
  };

  /** The account as the provider shows it now, where that answers. */
  async function shown(account: SellerAccount): Promise<SellerAccount> {
    if (account.status === SellerAccountStatus.READY || lookLimit.take(account._id) !== undefined)
      return account;
    try {
      return await accounts.refresh(account);
    } catch (error) {
      if (isRefusedFor(error, "STRIPE_UNAVAILABLE", "STRIPE_KEY_REFUSED")) return account;
      throw error;
    }
  }

  return {
    async startOnboarding(_, context) {
      const { userId } = requireUser(context);
      const waitMs = onboardingLimit.take(userId);
      if (waitMs !== undefined) {
        throw new DomainError(
          "TOO_MANY_ONBOARDINGS",
          "the page was opened too often within a minute",
          {},
          waitMs,
        );
      }
      return { url: await accounts.onboardingPage(userId) };
    },

    async getSellerAccount(_, context) {
      const { userId } = requireUser(context);
      const account = await accounts.find(userId);
      return { account: sellerAccountMessage(userId, account && (await shown(account))) };
    },

    async listEarnings(request, context) {
      const { userId: sellerId } = requireUser(context);
      const { documents, nextPageToken } = await earnings.list({ sellerId }, request);
      return { earnings: documents.map(earningMessage), nextPageToken };
    },

    async getEarning({ orderId }, context) {
      const { userId } = requireUser(context);
      const earning = await earnings.get(orderId);
      if (earning.sellerId !== userId) {
        throw new DomainError("NOT_YOUR_EARNING", "this is somebody else's earning");
      }
      return { earning: earningMessage(earning) };
    },

    async freezeEarning({ orderId, reason }, context) {
      const by = { operatorId: requireRole(context, "operator").userId, reason };
      return { earning: earningMessage(await earnings.update(orderId, (now) => freeze(now, by, clock()))) };
    },

    async unfreezeEarning({ orderId, reason }, context) {
      const by = { operatorId: requireRole(context, "operator").userId, reason };
      const decided = await earnings.update(orderId, (now) =>
        unfreeze(now, by, { alone: mayFreeAlone(now) }, clock()),
      );
      return { earning: earningMessage(decided), proposed: freezeOf(decided)?.proposal !== undefined };
    },

    async agreeToUnfreeze({ orderId, version }, context) {
      const by = { operatorId: requireRole(context, "operator").userId, version: Number(version) };
      const freed = await earnings.update(orderId, (now) => agreeToUnfreeze(now, by, clock()));
      return { earning: earningMessage(freed) };
    },

    async listFrozenEarnings(request, context) {
      requireRole(context, "operator");
      const { documents, nextPageToken } = await earnings.list(FROZEN_BY_HAND, request);
      return { earnings: documents.map(frozenMessage), nextPageToken };
    },
  };
}
