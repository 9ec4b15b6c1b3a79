import { z } from "zod";
import { missing } from "./api-error.ts";
import { newId } from "./ids.ts";
import { page } from "./listing.ts";
import type { BalanceTransaction } from "./objects.ts";
import { type Call, type Operation, operation } from "./operation.ts";
import { common, listing } from "./parameters.ts";

/** What a charge costs, as stripe.com/pricing has it of cards in the United States: 2.9 %, rounded, and 30 minor units. */
const CHARGE_BASIS_POINTS = 290;
const CHARGE_FIXED = 30;
/** What a dispute costs when it is received, also one that is won later: docs.stripe.com/disputes#dispute-fees */
const DISPUTE_FEE = 1_500;
/** How long money waits before it can be paid out: docs.stripe.com/payouts#payout-speed */
const WAITS_S = 2 * 86_400;

/** A movement of the platform's balance, before it has an id. */
interface Movement {
  type: BalanceTransaction["type"];
  category: BalanceTransaction["reporting_category"];
  /** Minor units, without the fee: positive is what the balance gains. */
  amount: number;
  currency: string;
  source: string;
  fee?: { amount: number; description: string };
}

/**
 * Records a movement of the balance: docs.stripe.com/api/balance_transactions/object. What each kind is called is in
 * docs.stripe.com/reports/reporting-categories.
 */
function record(call: Call, { type, category, amount, currency, source, fee }: Movement): BalanceTransaction {
  return call.state.balanceTransactions.put({
    id: newId("txn"),
    object: "balance_transaction",
    amount,
    available_on: call.now + WAITS_S,
    created: call.now,
    currency,
    description: null,
    exchange_rate: null,
    fee: fee?.amount ?? 0,
    fee_details: fee
      ? [
          {
            amount: fee.amount,
            application: null,
            currency,
            description: fee.description,
            type: "stripe_fee",
          },
        ]
      : [],
    net: amount - (fee?.amount ?? 0),
    reporting_category: category,
    source,
    status: "pending",
    type,
  });
}

/** The object that moved the money, as far as its movement is concerned. */
interface Moved {
  id: string;
  /** Minor units, positive. */
  amount: number;
  currency: string;
}

/** Money was taken from a card; Stripe keeps its fee of it. */
export function charged(call: Call, { id, amount, currency }: Moved): string {
  const fee = Math.round((amount * CHARGE_BASIS_POINTS) / 10_000) + CHARGE_FIXED;
  const described = { amount: fee, description: "Stripe processing fees" };
  return record(call, { type: "charge", category: "charge", amount, currency, source: id, fee: described })
    .id;
}

/** Money goes back to a card; the fee of the charge does not come back: docs.stripe.com/refunds. */
export const refunded = (call: Call, { id, amount, currency }: Moved): string =>
  record(call, { type: "refund", category: "refund", amount: -amount, currency, source: id }).id;

/** What was to go back is the platform's again: docs.stripe.com/refunds#failed-refunds. */
export const refundFailed = (call: Call, { id, amount, currency }: Moved): string =>
  record(call, { type: "refund_failure", category: "refund_failure", amount, currency, source: id }).id;

/** A bank takes the money back, and a fee for that: docs.stripe.com/disputes/how-disputes-work. */
export const withdrawn = (call: Call, { id, amount, currency }: Moved): BalanceTransaction =>
  record(call, {
    ...{ type: "adjustment", category: "dispute", amount: -amount, currency, source: id },
    fee: { amount: DISPUTE_FEE, description: "Dispute fee" },
  });

/** A dispute was won: the money is the platform's again, the fee is not (docs.stripe.com/disputes#dispute-fees). */
export const reinstated = (call: Call, { id, amount, currency }: Moved): BalanceTransaction =>
  record(call, { type: "adjustment", category: "dispute_reversal", amount, currency, source: id });

/** Money goes to a connected account: docs.stripe.com/connect/separate-charges-and-transfers. */
export const transferred = (call: Call, { id, amount, currency }: Moved): string =>
  record(call, { type: "transfer", category: "transfer", amount: -amount, currency, source: id }).id;

/** Money comes back from a connected account: docs.stripe.com/api/transfer_reversals. */
export const takenBack = (call: Call, { id, amount, currency }: Moved): string =>
  record(call, { type: "transfer_refund", category: "transfer_reversal", amount, currency, source: id }).id;

const path = "/v1/balance_transactions";

export const balanceOperations: Operation[] = [
  operation(
    {
      name: "balance_transactions.list",
      method: "GET",
      path,
      schema: z.strictObject({
        ...listing,
        currency: z.string().optional(),
        source: z.string().optional(),
        type: z.string().optional(),
      }),
    },
    (call, { currency, source, type, ...paging }) =>
      page(
        call.state.balanceTransactions
          .all()
          .filter((each) => (currency ?? each.currency) === each.currency)
          .filter((each) => (source ?? each.source) === each.source)
          .filter((each) => (type ?? each.type) === each.type),
        paging,
        path,
      ),
  ),
  operation(
    {
      name: "balance_transactions.retrieve",
      method: "GET",
      path: `${path}/:id`,
      schema: z.strictObject(common),
    },
    (call, _parameters, id) => {
      const transaction = call.state.balanceTransactions.get(id);
      if (!transaction) throw missing("balance transaction", id);
      return transaction;
    },
  ),
];
