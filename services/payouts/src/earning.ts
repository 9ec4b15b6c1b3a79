import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { EarningEventSchema } from "@ticketing/proto/payouts/v1/earning_events";
import {
  type Aggregate,
  amend,
  type TransitionType,
  transitionsOf,
} from "@ticketing/runtime/documents/transition";
import { isOver } from "@ticketing/runtime/process/clock";
import type { Attempt } from "@ticketing/runtime/stripe/attempt";
import type { Money } from "@ticketing/runtime/values/money";
import {
  isRecoverable,
  keptOf,
  leftOf,
  type Netting,
  netOf,
  type Part,
  transferOf,
} from "./earning-amounts.ts";
import type { Freeze } from "./freeze-by-hand.ts";
import { type BookedFact, book, type LedgerEntry } from "./ledger.ts";
import { nettingId } from "./netting-id.ts";

/** An earning begins and goes on with the transitions of its event. */
export const { begin, advance } = transitionsOf(EarningEventSchema);

const { HELD, RELEASED, TRANSFERRED } = EarningStatus;

/** What is asked of Stripe for an earning. */
export type EarningAction = "transfer" | "reversal";

/** What is owed waits for another earning's transfer, which is to pay this much of it. */
export interface Reservation {
  /** The order's id of that earning. */
  orderId: string;
  /** Which try of the transfer: the number of its attempt. */
  number: number;
  /** Minor units. */
  amount: number;
}

/** What a seller earned by one sale, and where that is. `_id` is the order's id. */
export interface Earning extends Aggregate<TransitionType<typeof EarningEventSchema>> {
  sellerId: string;
  ticketId: string;
  title: string;
  /** The order's version as of which this was recorded; absent where a release before did. */
  orderVersion?: number;
  price: Money;
  /** Minor units of the price's currency. */
  fee: number;
  status: EarningStatus;
  /** Why it is not transferred yet; absent: nothing holds it. */
  holdReason?: EarningHoldReason;
  releaseTime: Date;
  /** When it is looked at next; absent: not before something happens. */
  dueTime?: Date;
  /** The ids of open cases: while there is one, no transfer is asked of Stripe. */
  cases?: string[];
  /** The ids of cases that have ended: a late repeat of their beginning holds nothing. */
  endedCases?: string[];
  /** The operator who keeps it by hand, or kept it last; absent: none ever did, or an earlier release kept no more of it. */
  freeze?: Freeze;
  /** An operator has decided in a case that the sale stands, whether or not the ticket was delivered. */
  saleStands?: true;
  /** The provider's ids of the refunds by hand although which that was decided. */
  standsDespite?: string[];
  /** When the refund was asked for that was announced last; absent: none was. */
  refundHeldFor?: Date;
  /** When the buyer was recorded to have the money back. */
  refundedTime?: Date;
  /** Parts of the price that went back while the sale stood, or are about to, oldest first. */
  parts?: Part[];
  /** The ids of parts that did not go back: a late repeat of their beginning changes nothing. */
  refusedParts?: string[];
  /** All of it is owed, or not and only parts are; absent as long as no refund of all of it was told of. */
  wholeOwed?: boolean;
  attempts: Record<EarningAction, Attempt>;
  /**
   * A transfer was asked of Stripe, or is about to be, with these: only its outcome ends that. What is kept of it is planned
   * first, and fixed before Stripe is asked.
   */
  begun?: { accountId: string; chargeId: string; nettings?: Netting[]; isFixed?: true };
  /** The seller's id while something is owed and the buyer has the money: by it what a seller owes is found. */
  debtorId?: string;
  /** What was kept of it when it was transferred, and for which sales that are owed. */
  keptFor?: Netting[];
  /** What other sales have paid of what is owed. */
  paidBy?: Netting[];
  reserved?: Reservation;
  /** A reversal was asked of Stripe, or is about to be: no other earning pays what is owed meanwhile. */
  reversing?: true;
  /** What of the transfer is with the platform again once that reversal is made, in minor units. */
  takingBack?: number;
  /** What was taken back of the transfer in all, in minor units; absent: nothing was yet. */
  takenBack?: number;
  transferId?: string;
  transferTime?: Date;
  /** Stripe's latest definite no; gone once that was done after all. */
  refusal?: { action: EarningAction; code: string; time: Date };
  /** The books of this sale, oldest first. They are in the document whose facts they book: one write makes both. */
  entries: LedgerEntry[];
  createTime: Date;
}

/** A sale, as it is recorded. */
export type Sale = Pick<
  Earning,
  "_id" | "sellerId" | "ticketId" | "title" | "orderVersion" | "price" | "fee" | "releaseTime"
>;

/** How long after a look that led nowhere an earning is looked at again, if nothing happens before. */
export const LOOK_AGAIN_MS = 86_400_000;
/** So long at most for one that waits for an account: its seller may never open one, and is heard of who does. */
export const LONGEST_WAIT_MS = 30 * LOOK_AGAIN_MS;

/** The next look: after a day; where an account is missing, after a quarter of the time that it is missing already. */
function later(now: Date, { holdReason, releaseTime }: Pick<Earning, "holdReason" | "releaseTime">): Date {
  const waited = holdReason === EarningHoldReason.ACCOUNT ? now.getTime() - releaseTime.getTime() : 0;
  return new Date(now.getTime() + Math.min(Math.max(waited / 4, LOOK_AGAIN_MS), LONGEST_WAIT_MS));
}

/** The books of an earning with one more fact. */
export const booked = (
  earning: Pick<Earning, "entries" | "price" | "fee" | "parts">,
  fact: BookedFact,
): LedgerEntry[] => book(earning.entries, fact, { price: leftOf(earning), net: netOf(earning) });

/** A ticket was sold: what its seller earned is held. */
export function hold(sale: Sale, now: Date): Earning {
  const split = { price: sale.price.minorUnits, net: netOf(sale) };
  const earning = {
    ...sale,
    status: HELD,
    holdReason: EarningHoldReason.EVENT,
    dueTime: sale.releaseTime,
    attempts: { transfer: { number: 1 }, reversal: { number: 1 } },
    entries: book([], { id: `sale:${sale._id}`, fact: "sale", time: now }, split),
    createTime: now,
  };
  return begin(earning, { case: "earningHeld", value: {} }, now);
}

/** Its event ends at another time. What is released and not begun to be transferred is held again until then. */
export function move(earning: Earning, releaseTime: Date, now: Date): Earning {
  if (earning.releaseTime.getTime() === releaseTime.getTime()) return earning;
  const isWaiting = earning.status === HELD || (earning.status === RELEASED && !earning.begun);
  if (!isWaiting) return earning;
  const isKept = earning.holdReason === EarningHoldReason.REFUND;
  const value = { formerReleaseTime: earning.releaseTime.toISOString() };
  return advance(earning, { case: "earningMoved", value }, now, {
    releaseTime,
    ...(!isKept && { status: HELD, holdReason: EarningHoldReason.EVENT, dueTime: releaseTime }),
  });
}

/**
 * Its time may have come: one that is held until now is released, one that was looked at in vain is looked at again. An
 * earning that is not due stays as it is.
 */
export function look(earning: Earning, now: Date): Earning {
  const { status, dueTime } = earning;
  if (!dueTime || !isOver(dueTime, now)) return earning;
  if (status === HELD) {
    const released = { status: RELEASED, holdReason: undefined, dueTime: later(now, { releaseTime: now }) };
    return advance(earning, { case: "earningReleased", value: {} }, now, released);
  }
  const waits = status === RELEASED && (earning.begun !== undefined || !isFrozen(earning));
  if (!waits && !isRecoverable(earning)) return amend(earning, { dueTime: undefined }, now);
  return advance(earning, { case: "earningDue", value: {} }, now, {
    dueTime: later(now, earning),
    // An earlier release did not say so.
    ...(!waits && { debtorId: earning.sellerId }),
  });
}

/** The seller's account can take it now: it is due if it waited for that, and its turn comes as that of all others. */
export function accountReady(earning: Earning, now: Date): Earning {
  if (earning.status !== RELEASED || earning.holdReason !== EarningHoldReason.ACCOUNT) return earning;
  return amend(earning, { dueTime: now }, now);
}

/**
 * Something keeps a released earning. A refund keeps it whatever else does; one whose transfer was begun nothing keeps
 * before the outcome of that is known.
 */
export function block(
  earning: Earning,
  reason: EarningHoldReason,
  now: Date,
  refusal?: Earning["refusal"],
): Earning {
  if (!isTransferable(earning) || earning.begun) return earning;
  const isKnown = earning.holdReason === reason && earning.refusal?.code === refusal?.code;
  if (isKnown) return earning;
  const value = { reason, stripeCode: refusal?.code ?? "" };
  const changes = { holdReason: reason, ...(refusal && { refusal }) };
  return advance(earning, { case: "earningBlocked", value }, now, changes);
}

/** Whether an open case keeps it where it is. */
export const isFrozen = ({ cases = [] }: Earning): boolean => cases.length > 0;

/** Whether a part of the price was announced to go back of which nobody knows yet whether it did. */
export const isPartUndecided = ({ parts = [] }: Earning): boolean =>
  parts.some(({ refundedTime }) => !refundedTime);

/** Whether a transfer may be begun, or was begun and has no outcome yet. */
export const isTransferable = (earning: Earning): boolean =>
  earning.status === RELEASED &&
  !isPartUndecided(earning) &&
  (earning.begun !== undefined || !isFrozen(earning)) &&
  earning.holdReason !== EarningHoldReason.REFUND;

/**
 * A transfer is about to be asked of Stripe. One that was begun before is the same one: its facts stay. Where less is
 * earned by now than they keep for other sales, they are of another time, and nothing begins.
 */
export function beginTransfer(earning: Earning, facts: NonNullable<Earning["begun"]>, now: Date): Earning {
  if (!isTransferable(earning) || earning.begun) return earning;
  if (keptOf({ keptFor: facts.nettings ?? [] }) > netOf(earning)) return earning;
  return amend(earning, { begun: facts }, now);
}

/**
 * Stripe shows the transfer: the seller has it, but for what is kept. `transferId` is empty where all of it is.
 */
export function transferred(earning: Earning, transferId: string, now: Date): Earning {
  if (earning.status !== RELEASED) return earning;
  const keptFor = earning.begun?.nettings ?? [];
  const amount = transferOf(earning);
  const paid =
    amount > 0 ? booked(earning, { id: transferId, fact: "transfer", time: now, amount }) : earning.entries;
  const entries = keptFor.reduce(
    (before, kept) => {
      const id = nettingId(earning._id, kept.orderId);
      return booked({ ...earning, entries: before }, { id, fact: "kept", time: now, amount: kept.amount });
    },
    [...paid],
  );
  return advance(earning, { case: "earningTransferred", value: {} }, now, {
    status: TRANSFERRED,
    holdReason: undefined,
    dueTime: undefined,
    begun: undefined,
    refusal: undefined,
    ...(transferId && { transferId }),
    ...(keptFor.length > 0 && { keptFor }),
    transferTime: now,
    entries,
  });
}
