import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { amend } from "@ticketing/runtime/documents/transition";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { advance, booked, type Earning, isPartUndecided } from "./earning.ts";
import { backOf, isRecoverable, isWholeOwed, owedOf } from "./earning-amounts.ts";

const { HELD, TRANSFERRED, REVERSED, OWED } = EarningStatus;

/** Throws EARNING_UNDERWAY while a transfer or a part of the price may be under way. */
export function requireSettled(earning: Earning): void {
  if (earning.begun) {
    throw new DomainError("EARNING_UNDERWAY", "a transfer was begun, and its outcome is not known yet");
  }
  if (isPartUndecided(earning)) {
    throw new DomainError("EARNING_UNDERWAY", "whether a part of the price goes back is not known yet");
  }
}

/**
 * The buyer's money is about to go back, as was `requested` then. What was not transferred is kept; what was is owed from
 * now on, before anything is asked of Stripe. Throws EARNING_UNDERWAY while a transfer may be under way:
 * which of the two it is nobody knows yet; and while a part of the price may be.
 */
export function holdForRefund(earning: Earning, requested: Date, now: Date): Earning {
  if (earning.status === REVERSED) return earning;
  requireSettled(earning);
  const known = earning.refundHeldFor;
  const refundHeldFor = known && known > requested ? known : requested;
  const isNoted = refundHeldFor.getTime() === known?.getTime();
  if (isWholeOwed(earning)) return isNoted ? earning : amend(earning, { refundHeldFor }, now);
  if (earning.status === TRANSFERRED || earning.status === OWED) {
    const owed = { status: OWED, refundHeldFor, wholeOwed: true };
    return advance(earning, { case: "earningOwed", value: {} }, now, owed);
  }
  const kept = { holdReason: EarningHoldReason.REFUND, dueTime: undefined, refundHeldFor };
  if (earning.holdReason === EarningHoldReason.REFUND) return isNoted ? earning : amend(earning, kept, now);
  const value = { reason: EarningHoldReason.REFUND, stripeCode: "" };
  return advance(earning, { case: "earningBlocked", value }, now, kept);
}

/**
 * The refund that was `requested` then is not made, and the sale stands. One that was announced since then is another
 * one. What is owed of parts of the price stays owed.
 */
export function restore(earning: Earning, requested: Date, now: Date): Earning {
  const { refundHeldFor, refundedTime } = earning;
  if (refundedTime || (refundHeldFor && refundHeldFor > requested)) return earning;
  if (isWholeOwed(earning)) {
    const isPartOwed = owedOf({ ...earning, wholeOwed: false }) > 0;
    const status = isPartOwed ? OWED : TRANSFERRED;
    return advance(earning, { case: "earningRestored", value: {} }, now, { status, wholeOwed: false });
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
 * as {@link holdForRefund} does.
 */
export function refunded(earning: Earning, now: Date): Earning {
  if (earning.refundedTime) return earning;
  requireSettled(earning);
  const changes = {
    refundedTime: now,
    entries: booked(earning, { id: `refund:${earning._id}`, fact: "refund", time: now }),
  };
  const debt = { ...changes, dueTime: now, debtorId: earning.sellerId, wholeOwed: true };
  if (isWholeOwed(earning)) return amend(earning, debt, now);
  if (earning.status === TRANSFERRED || earning.status === OWED) {
    return advance(earning, { case: "earningOwed", value: {} }, now, { ...debt, status: OWED });
  }
  const reversed = { ...changes, status: REVERSED, holdReason: undefined, dueTime: undefined };
  return advance(earning, { case: "earningReversed", value: {} }, now, reversed);
}

/** A reversal is about to be asked of Stripe: from now on no other earning pays what is owed, and how much it is for is fixed. */
export function beginReversal(earning: Earning, now: Date): Earning {
  const isPaidByAnother = earning.reserved !== undefined;
  if (!isRecoverable(earning) || isPaidByAnother) return earning;
  if (earning.reversing && earning.takingBack !== undefined) return earning;
  return amend(earning, { reversing: true, takingBack: backOf(earning) }, now);
}

/**
 * Stripe shows that `back` of what was transferred is with the platform again, in minor units. What was kept of it for other
 * sales is owed all the same. An answer to another reversal than the one that is under way changes nothing, nor does one
 * to a reversal before what was taken back since.
 */
export function recovered(earning: Earning, reversalId: string, now: Date, back = backOf(earning)): Earning {
  const isAnother = (earning.takingBack ?? back) !== back;
  const isLate = back <= (earning.takenBack ?? 0);
  if (!isRecoverable(earning) || earning.reserved || isAnother || isLate) return earning;
  const { attempts, takenBack = 0 } = earning;
  const changes = {
    takenBack: back,
    reversing: undefined,
    takingBack: undefined,
    dueTime: undefined,
    refusal: undefined,
    // The next reversal is another one.
    attempts: { ...attempts, reversal: { number: attempts.reversal.number + 1 } },
    entries: booked(earning, { id: reversalId, fact: "reversal", time: now, amount: back - takenBack }),
  };
  const after = { ...earning, ...changes };
  if (owedOf(after) > 0)
    return amend(earning, { ...changes, ...(isRecoverable(after) && { dueTime: now }) }, now);
  return settled(earning, changes, now);
}

/** Nothing is owed any more: the seller keeps the rest, unless all of it was to be given back. */
function settled(earning: Earning, changes: Partial<Earning>, now: Date): Earning {
  const paid = { ...changes, debtorId: undefined };
  if (earning.refundedTime) {
    return advance(earning, { case: "earningReversed", value: {} }, now, { ...paid, status: REVERSED });
  }
  return advance(earning, { case: "earningRecovered", value: {} }, now, { ...paid, status: TRANSFERRED });
}
