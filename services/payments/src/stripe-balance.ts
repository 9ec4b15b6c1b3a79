import { createStripeCalls, type StripeOptions } from "@ticketing/runtime/stripe/stripe-calls";
import type Stripe from "stripe";
import { ifKnown } from "./if-known.ts";
import { chargeOf } from "./intent-snapshot.ts";
import type { Movement, MovementKind } from "./movement.ts";
import { MAX_DISPUTES, MAX_REFUNDS } from "./stripe-gateway.ts";

/** A movement of the platform's balance, and what it says of whose it is. Amounts in minor units. */
export interface BalanceEntry {
  id: string;
  kind: MovementKind | "transfer" | "transfer_reversal";
  /** The id of what moved the money. */
  objectId: string;
  /** Of a charge, a refund or a dispute: the PaymentIntent that it belongs to. Empty where none is named. */
  intentId: string;
  /** Of a transfer or a reversal: the order that it was made for. Empty where none is named. */
  orderId: string;
  /** What the balance gained, before the fee. */
  amount: number;
  fee: number;
  /** ISO 4217 code, upper case. */
  currency: string;
}

/** What moved the platform's balance at Stripe. Failures are StripeFailures. */
export interface StripeBalance {
  /**
   * A page of what moved it in [since, until), newest first, without what belongs to no sale; `next` is where the page
   * after it begins. Undefined when Stripe has no such one to begin after.
   */
  list(span: {
    since: Date;
    until: Date;
    limit: number;
    after?: string;
  }): Promise<{ entries: BalanceEntry[]; next?: string } | undefined>;
  /** One movement; undefined when Stripe has no such one, or it belongs to no sale. */
  find(id: string): Promise<BalanceEntry | undefined>;
  /** What moved it because of a PaymentIntent; undefined when Stripe has no such one. */
  movedBy(intentId: string): Promise<Movement[] | undefined>;
}

export function createStripeBalance(options: StripeOptions): StripeBalance {
  const { stripe, call } = createStripeCalls(options);
  return {
    list({ since, until, limit, after }) {
      const page = () =>
        call("balance_transactions.list", async () => {
          const { data, has_more: more } = await stripe.balanceTransactions.list({
            created: { gte: Math.floor(since.getTime() / 1000), lt: Math.ceil(until.getTime() / 1000) },
            limit,
            expand: ["data.source"],
            ...(after && { starting_after: after }),
          });
          return { entries: data.flatMap(entryOf), next: more ? data.at(-1)?.id : undefined };
        });
      return after ? ifKnown(after, page) : page();
    },
    async find(id) {
      const found = await ifKnown(id, () =>
        call("balance_transactions.retrieve", () =>
          stripe.balanceTransactions.retrieve(id, { expand: ["source"] }),
        ),
      );
      return found && entryOf(found)[0];
    },
    movedBy: (intentId) =>
      ifKnown(intentId, async () => {
        const retrieve = () =>
          stripe.paymentIntents.retrieve(intentId, { expand: ["latest_charge.refunds"] });
        const charge = chargeOf(await call("payment_intents.retrieve", retrieve));
        if (!charge) return [];
        const list = charge.refunds;
        // An expanded list ends after ten.
        const all = () =>
          stripe.refunds
            .list({ payment_intent: intentId, limit: 100 })
            .autoPagingToArray({ limit: MAX_REFUNDS });
        const refunds = list?.has_more ? await call("refunds.list", all) : (list?.data ?? []);
        const listed = () => stripe.disputes.list({ payment_intent: intentId, limit: MAX_DISPUTES });
        const disputes = charge.disputed ? (await call("disputes.list", listed)).data : [];
        return [
          ...(charge.balance_transaction ? [{ kind: "charge" as const, of: "" }] : []),
          ...refunds.flatMap(movesOfRefund),
          ...disputes.flatMap(movesOfDispute),
        ];
      }),
  };
}

function movesOfRefund(refund: Stripe.Refund): Movement[] {
  const { id: of, balance_transaction: moved, failure_balance_transaction: failed } = refund;
  return [
    ...(moved ? [{ kind: "refund" as const, of }] : []),
    ...(failed ? [{ kind: "refund_failure" as const, of }] : []),
  ];
}

const movesOfDispute = ({ id, balance_transactions: moved }: Stripe.Dispute): Movement[] =>
  moved.flatMap(({ reporting_category: category }) =>
    category === "dispute" || category === "dispute_reversal" ? [{ kind: category, of: id }] : [],
  );

/** What a transaction's `reporting_category` is with us: https://docs.stripe.com/reports/reporting-categories */
const kinds: Readonly<Record<string, BalanceEntry["kind"]>> = {
  charge: "charge",
  refund: "refund",
  refund_failure: "refund_failure",
  dispute: "dispute",
  dispute_reversal: "dispute_reversal",
  transfer: "transfer",
  transfer_reversal: "transfer_reversal",
};

/** None of what belongs to no sale: fees by themselves, payouts to the platform's bank, and so on. */
function entryOf(transaction: Stripe.BalanceTransaction): BalanceEntry[] {
  const { id, source, amount, fee, currency, reporting_category: category } = transaction;
  const kind = kinds[category];
  if (!kind || !source || typeof source === "string") return [];
  const money = { amount, fee, currency: currency.toUpperCase() };
  return [{ id, kind, objectId: source.id, ...money, ...ownerOf(source) }];
}

function ownerOf(source: Stripe.BalanceTransactionSource): { intentId: string; orderId: string } {
  switch (source.object) {
    case "charge":
    case "refund":
    case "dispute":
      return { intentId: idOf(source.payment_intent), orderId: "" };
    case "transfer":
      return { intentId: "", orderId: source.metadata.order_id ?? "" };
    case "transfer_reversal":
      // Its key begins with the order's id.
      return { intentId: "", orderId: source.metadata?.operation_id?.split(":")[0] ?? "" };
    default:
      return { intentId: "", orderId: "" };
  }
}

const idOf = (object: string | { id: string } | null): string =>
  typeof object === "string" ? object : (object?.id ?? "");
