import { EarningHoldReason } from "@ticketing/proto/payouts/v1/earning";
import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { requireCallable } from "@ticketing/runtime/stripe/attempt";
import { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import { orUnavailable, passing } from "@ticketing/runtime/stripe/stripe-unavailable";
import {
  beginTransfer,
  block,
  type Earning,
  type EarningAction,
  isFrozen,
  isTransferable,
  transferred,
} from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";
import { backOf, isRecoverable, transferOf } from "./earning-amounts.ts";
import { afterFailure, idempotencyKey } from "./earning-attempts.ts";
import { beginReversal, recovered } from "./earning-refund.ts";
import type { DebtNetting } from "./net-debts.ts";
import type { SellerAccount } from "./seller-account.ts";
import type { SellerAccounts } from "./seller-accounts.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

/** How one kind of thing is asked of Stripe: each answers with the id of what was made; empty: Stripe is not needed. */
interface Asking {
  action: EarningAction;
  act: (key: string) => Promise<string>;
  /** What Stripe shows of it. */
  find: () => Promise<string | undefined>;
  done: (earning: Earning, id: string) => Earning;
}

/**
 * Moving a seller's money at Stripe. What was begun is recorded before Stripe is asked; where an outcome is unknown Stripe
 * is asked what it shows before anything is asked for again.
 */
export type MoneyMoves = ReturnType<typeof createMoneyMoves>;

export function createMoneyMoves(deps: {
  earnings: EarningStore;
  netting: DebtNetting;
  accounts: Pick<SellerAccounts, "find" | "refresh">;
  stripe: Pick<StripeGateway, "transfer" | "findTransfer" | "reverse" | "findReversal">;
  /**
   * Longer than a call can be in flight; after two of them without a sign of it, the next call gets another key.
   */
  graceMs: number;
  clock: Clock;
  log: Pick<Logger, "warn">;
}) {
  const { earnings, netting, accounts, stripe, graceMs, clock, log } = deps;

  /** Asks Stripe, and takes note of the outcome. Throws STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED. */
  async function ask(earning: Earning, isRepeat: boolean, asking: Asking): Promise<Earning> {
    const { action, act, find, done } = asking;
    const key = idempotencyKey(earning, action);
    const note = (id: string) => earnings.update(earning._id, (current) => done(current, id), earning);
    const before = isRepeat ? await orUnavailable(find()) : undefined;
    if (before) return note(before);
    let failure: StripeFailure;
    try {
      requireCallable(earning.attempts[action], clock(), graceMs);
      if (action === "transfer" && isFrozen(earning)) throw frozen();
      return await note(await act(key));
    } catch (error) {
      if (!(error instanceof StripeFailure)) throw error;
      failure = error;
    }
    const shown = await orUnavailable(find());
    if (shown) return note(shown);
    const failed = { action, key, failure };
    if (failure.kind === "refused") {
      log.warn({ orderId: earning._id, action, stripeCode: failure.code, err: failure }, "Stripe refused");
    }
    const after = await earnings.update(earning._id, (current) =>
      afterFailure(current, failed, clock(), graceMs),
    );
    if (failure.kind === "refused") return after;
    throw passing(failure);
  }

  /** The seller's account, as Stripe shows it unless it was ready; undefined where it cannot take anything. */
  async function readyAccount(sellerId: string): Promise<string | undefined> {
    const known = await accounts.find(sellerId);
    const isReady = (account: SellerAccount | null) => account?.status === SellerAccountStatus.READY;
    const account = known && !isReady(known) ? await accounts.refresh(known) : known;
    return isReady(account) ? account?.accountId : undefined;
  }

  /** It waits for the account, unless that became ready before this was stored: then it goes on. */
  async function waitForAccount(earning: Earning, chargeId: string): Promise<Earning> {
    const { _id, sellerId } = earning;
    const wait = (current: Earning) => block(current, EarningHoldReason.ACCOUNT, clock());
    const waiting = await earnings.update(_id, wait, earning);
    const account = await accounts.find(sellerId);
    return account?.status === SellerAccountStatus.READY ? transfer(_id, chargeId) : waiting;
  }

  async function transfer(orderId: string, chargeId: string): Promise<Earning> {
    const earning = await earnings.get(orderId);
    if (!isTransferable(earning)) return earning;
    const accountId = earning.begun?.accountId ?? (await readyAccount(earning.sellerId));
    if (!accountId) return waitForAccount(earning, chargeId);
    const nettings = earning.begun ? undefined : await netting.plan(earning);
    const facts = { accountId, chargeId, ...(nettings && { nettings }) };
    const started = await earnings.update(
      orderId,
      (current) => beginTransfer(current, facts, clock()),
      earning,
    );
    const isRepeat =
      started === earning || started.version !== earning.version + 1 || started.attempts.transfer.number > 1;
    const begun = await netting.fix(started);
    // A refund was announced, or a case opened, meanwhile; or another process has made this try, and begun the next.
    if (!begun.begun || begun.attempts.transfer.number !== started.attempts.transfer.number) return begun;
    const amount = { minorUnits: transferOf(begun), currency: begun.price.currency };
    const wanted = { orderId, amount, accountId: begun.begun.accountId, chargeId: begun.begun.chargeId };
    // All of it may be kept: then there is nothing to ask of Stripe.
    const isAtStripe = amount.minorUnits > 0;
    const after = await ask(begun, isRepeat, {
      action: "transfer",
      act: async (key) => (isAtStripe ? stripe.transfer(wanted, key) : ""),
      find: async () => (isAtStripe ? stripe.findTransfer(orderId) : undefined),
      done: (current, id) => transferred(current, id, clock()),
    });
    await netting.settle((begun.begun.nettings ?? []).map(({ orderId: id }) => id));
    if (after.holdReason !== EarningHoldReason.PROVIDER) return after;
    // It may have been refused because the account can take nothing any more.
    const account = await accounts.find(after.sellerId);
    const shown = account && (await accounts.refresh(account));
    if (shown?.status === SellerAccountStatus.READY) return after;
    return earnings.update(orderId, (current) => block(current, EarningHoldReason.ACCOUNT, clock()));
  }

  async function recover(orderId: string): Promise<Earning> {
    const known = await netting.resolve(await earnings.get(orderId));
    const { transferId } = known;
    if (!isRecoverable(known) || known.reserved || !transferId) return known;
    const earning = await earnings.update(orderId, (current) => beginReversal(current, clock()), known);
    // Another earning's transfer is about to pay it.
    if (!earning.reversing) return earning;
    const back = earning.takingBack ?? backOf(earning);
    const staying = transferOf(earning) - back;
    return ask(earning, true, {
      action: "reversal",
      act: (key) => stripe.reverse(transferId, staying, key),
      find: () => stripe.findReversal(transferId, staying),
      done: (current, id) => recovered(current, id, clock(), back),
    });
  }

  return {
    /**
     * Transfers what is released, of this charge. A transfer that was begun before goes on with the charge and the account
     * that it was begun with. Throws EARNING_UNDERWAY, STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED.
     */
    transfer,

    /** Takes back what is owed, once the buyer has the money back. Throws STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED. */
    recover,
  };
}

/** A case was opened after the transfer was begun. */
const frozen = () => new StripeFailure("unknown", "", new Error("a case is open"));
