import { SellerAccountEventSchema } from "@ticketing/proto/payouts/v1/seller_account_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import type { SellerAccount } from "./seller-account.ts";
import { sellerAccountState } from "./seller-account-message.ts";

/** Sellers' accounts, with the question that only they are asked. */
export interface SellerAccountStore extends AggregateStore<SellerAccount> {
  /** The account that the provider knows by this id. */
  findByAccountId(accountId: string): Promise<SellerAccount | null>;
}

/** Sellers' accounts: where they are kept, and what other services learn of them: whether the seller can be paid. */
export const sellerAccountAggregate = defineAggregate({
  collection: "seller_accounts",
  stream: "PAYOUTS",
  event: SellerAccountEventSchema,
  state: sellerAccountState,
  notFound: () => new Error("a seller's account was changed before it was made"),
  indexes: [{ key: { accountId: 1 } }],
  keepHistory: 20,
});

/** Accounts, found by the provider's id too. */
export const createSellerAccountStore = (accounts: AggregateStore<SellerAccount>): SellerAccountStore => ({
  ...accounts,
  findByAccountId: (accountId) => accounts.collection.findOne({ accountId }),
});
