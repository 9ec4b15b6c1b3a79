import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { amend } from "@ticketing/runtime/documents/transition";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { advance, booked, type Earning } from "./earning.ts";
import { isRecoverable, owedOf, reversibleOf } from "./earning-amounts.ts";

const { HELD, TRANSFERRED, REVERSED, OWED } = EarningStatus;

/**
 * The buyer's money is about to go back, as was `requested` then. What was not transferred is kept; what was is owed from
 * now on, before anything is asked of Stripe. Throws EARNING_UNDERWAY while a transfer may be under way:
 * which of the two it is nobody knows yet.
 */
export function holdForRefund(earning: Earning, requested: Date, now: Date): Earning {
  if (earning.status === REVERSED) return earning;
  const known = earning.refundHeldFor;
  const refundHeldFor = known && known > requested ? known : requested;
  const isNoted = refundHeldFor.getTime() === known?.getTime();
  if (earning.status === TRANSFERRED) {
    return advance(earning, { case: "earningOwed", value: {} }, now, { status: OWED, refundHeldFor });
  }
  if (earning.status === OWED) return isNoted ? earning : amend(earning, { refundHeldFor }, now);
  if (earning.begun) {
    throw new DomainError("EARNING_UNDERWAY", "a transfer was begun, and its outcome is not known yet");
  }
  const kept = { holdReason: EarningHoldReason.REFUND, dueTime: undefined, refundHeldFor };
  if (earning.holdReason === EarningHoldReason.REFUND) return isNoted ? earning : amend(earning, kept, now);
  const value = { reason: EarningHoldReason.REFUND, stripeCode: "" };
  return advance(earning, { case: "earningBlocked", value }, now, kept);
}

/**
 * The refund that was `requested` then is not made, and the sale stands. One that was announced since then is another
 * one.
 */
export function restore(earning: Earning, requested: Date, now: Date): Earning {
  const { refundHeldFor, refundedTime } = earning;
  if (refundedTime || (refundHeldFor && refundHeldFor > requested)) return earning;
  if (earning.status === OWED) {
    return advance(earning, { case: "earningRestored", value: {} }, now, { status: TRANSFERRED });
  }
  if (earning.holdReason !== EarningHoldReason.REFUND) return earning;
  return advance(earning, { case: "earningRestored", value: {} }, now, {
    status: HELD,
    holdReason: EarningHoldReason.EVENT,
    dueTime: earning.releaseTime,
  });
}

/**
 * The buyer has the money back: nothing is earned, and what was transferred is to be taken back. Throws EARNING_UNDERWAY
 * while a transfer may be under way.
 */
export function refunded(earning: Earning, now: Date): Earning {
  if (earning.refundedTime) return earning;
  if (earning.begun) throw new DomainError("EARNING_UNDERWAY", "a transfer was begun before the refund");
  const changes = {
    refundedTime: now,
    entries: booked(earning, { id: `refund:${earning._id}`, fact: "refund", time: now }),
  };
  const debt = { ...changes, dueTime: now, debtorId: earning.sellerId };
  if (earning.status === OWED) return amend(earning, debt, now);
  if (earning.status === TRANSFERRED) {
    return advance(earning, { case: "earningOwed", value: {} }, now, { ...debt, status: OWED });
  }
  const reversed = { ...changes, status: REVERSED, holdReason: undefined, dueTime: undefined };
  return advance(earning, { case: "earningReversed", value: {} }, now, reversed);
}

/** A reversal is about to be asked of Stripe: from now on no other earning pays what is owed. */
export function beginReversal(earning: Earning, now: Date): Earning {
  const isPaidByAnother = earning.reserved !== undefined;
  if (!isRecoverable(earning) || isPaidByAnother || earning.reversing) return earning;
  return amend(earning, { reversing: true }, now);
}

/** Stripe shows that what was transferred was taken back. What was kept of it for other sales is owed all the same. */
export function recovered(earning: Earning, reversalId: string, now: Date): Earning {
  if (!isRecoverable(earning) || earning.reserved) return earning;
  const amount = reversibleOf(earning);
  const changes = {
    takenBack: amount,
    reversing: undefined,
    dueTime: undefined,
    refusal: undefined,
    entries: booked(earning, { id: reversalId, fact: "reversal", time: now, amount }),
  };
  if (owedOf({ ...earning, ...changes }) > 0) return amend(earning, changes, now);
  const reversed = { ...changes, status: REVERSED, debtorId: undefined };
  return advance(earning, { case: "earningReversed", value: {} }, now, reversed);
}
