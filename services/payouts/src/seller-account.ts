import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import { SellerAccountEventSchema } from "@ticketing/proto/payouts/v1/seller_account_events";
import {
  type Aggregate,
  amend,
  type TransitionType,
  transitionsOf,
} from "@ticketing/runtime/documents/transition";
import type { Attempt } from "@ticketing/runtime/stripe/attempt";

const { begin, advance } = transitionsOf(SellerAccountEventSchema);

/** What the payment provider shows of an account. */
export interface AccountFacts {
  status: SellerAccountStatus;
  /** What it still asks for, by its own names. */
  missing: string[];
  /** Why it restricts the account, by its own name. */
  restriction?: string;
}

/** Where a seller's earnings go. `_id` is the seller's user id. */
export interface SellerAccount
  extends Aggregate<TransitionType<typeof SellerAccountEventSchema>>,
    AccountFacts {
  /** The provider's id; absent until it has answered. */
  accountId?: string;
  /** What the next call to open it is made with. */
  attempt: Attempt;
  createTime: Date;
}

/** A seller begins to be paid. */
export const open = (sellerId: string, now: Date): SellerAccount =>
  begin(
    {
      _id: sellerId,
      status: SellerAccountStatus.ONBOARDING,
      missing: [],
      attempt: { number: 1 },
      createTime: now,
    },
    { case: "sellerAccountOpened", value: {} },
    now,
  );

/** The idempotency key of opening it at the provider. */
export const idempotencyKey = ({ _id, attempt }: SellerAccount): string => `${_id}:account:${attempt.number}`;

/** The provider has opened it: the first one that was noted stays. */
export function attach(account: SellerAccount, accountId: string, now: Date): SellerAccount {
  return account.accountId ? account : amend(account, { accountId }, now);
}

/** Takes note of what the provider shows. */
export function observe(account: SellerAccount, shown: AccountFacts, now: Date): SellerAccount {
  const { status, missing, restriction } = shown;
  const changes = { status, missing, restriction };
  if (account.status !== status) {
    return advance(account, { case: "sellerAccountChanged", value: {} }, now, changes);
  }
  const isKnown = account.restriction === restriction && account.missing.join() === missing.join();
  return isKnown ? account : amend(account, changes, now);
}
