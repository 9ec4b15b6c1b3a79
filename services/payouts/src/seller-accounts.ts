import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import { amend } from "@ticketing/runtime/documents/transition";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { attemptAfter, requireCallable } from "@ticketing/runtime/stripe/attempt";
import { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import { orUnavailable, passing } from "@ticketing/runtime/stripe/stripe-unavailable";
import { accountReady } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";
import { attach, idempotencyKey, observe, open, type SellerAccount } from "./seller-account.ts";
import type { SellerAccountStore } from "./seller-account-aggregate.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

/** Sellers' accounts, as Stripe has them. */
export type SellerAccounts = ReturnType<typeof createSellerAccounts>;

export function createSellerAccounts(deps: {
  accounts: SellerAccountStore;
  earnings: EarningStore;
  stripe: Pick<StripeGateway, "openAccount" | "fetchAccount" | "onboardingPage">;
  /** Where Stripe leads sellers back to. */
  backUrl: string;
  graceMs: number;
  clock: Clock;
}) {
  const { accounts, earnings, stripe, backUrl, graceMs, clock } = deps;

  /** What waited for this account is due, and looked at in turn. What is missed here is looked at again later. */
  async function wakeEarnings(sellerId: string): Promise<void> {
    for await (const { _id } of earnings.waitingForAccount(sellerId)) {
      await earnings.update(_id, (earning) => accountReady(earning, clock()));
    }
  }

  /** Takes note of what Stripe shows. */
  async function note(account: SellerAccount, shown: Parameters<typeof observe>[1]): Promise<SellerAccount> {
    const seen = await accounts.update(account._id, (current) => observe(current, shown, clock()), account);
    const becameReady =
      seen.status === SellerAccountStatus.READY && account.status !== SellerAccountStatus.READY;
    if (becameReady) await wakeEarnings(account._id);
    return seen;
  }

  /**
   * The account with Stripe's id of it, which is opened there if need be. One that Stripe opened without ever saying so is
   * left there unused: it holds no money, and nobody onboards it.
   */
  async function ensure(sellerId: string): Promise<SellerAccount & { accountId: string }> {
    const known = await accounts.find(sellerId);
    const account = known ?? open(sellerId, clock());
    if (!known) await accounts.insert(account);
    if (account.accountId) return { ...account, accountId: account.accountId };
    const key = idempotencyKey(account);
    try {
      requireCallable(account.attempt, clock(), graceMs);
      const { id } = await stripe.openAccount(sellerId, key);
      const attached = await accounts.update(sellerId, (current) => attach(current, id, clock()));
      return { ...attached, accountId: attached.accountId ?? id };
    } catch (error) {
      if (!(error instanceof StripeFailure)) throw error;
      await accounts.update(sellerId, (current) => {
        const attempt = attemptAfter(current.attempt, error.kind, clock(), graceMs);
        const isNoted = attempt === current.attempt || key !== idempotencyKey(current);
        return isNoted ? current : amend(current, { attempt }, clock());
      });
      throw refusedOr(error);
    }
  }

  /** The account as Stripe shows it now. Throws STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED. */
  async function refresh(account: SellerAccount): Promise<SellerAccount> {
    if (!account.accountId) return account;
    return note(account, await orUnavailable(stripe.fetchAccount(account.accountId)));
  }

  return {
    refresh,

    /** Looks at the account with this id at Stripe, if it is one of ours. Throws as `refresh`. */
    async refreshKnown(accountId: string): Promise<void> {
      const account = await accounts.findByAccountId(accountId);
      if (account) await refresh(account);
    },

    /** The account of a seller; null of one who never began. */
    find: (sellerId: string): Promise<SellerAccount | null> => accounts.find(sellerId),

    /**
     * Stripe's page on which the seller goes on. Throws ONBOARDING_REFUSED, STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED.
     */
    async onboardingPage(sellerId: string): Promise<string> {
      const { accountId } = await ensure(sellerId);
      try {
        return await stripe.onboardingPage(accountId, backUrl);
      } catch (error) {
        throw error instanceof StripeFailure ? refusedOr(error) : error;
      }
    },
  };
}

function refusedOr(failure: StripeFailure): DomainError {
  if (failure.kind !== "refused") return passing(failure);
  const facts = { stripeCode: failure.code };
  return new DomainError("ONBOARDING_REFUSED", "the payment provider opens no account", facts);
}
