import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { amend } from "@ticketing/runtime/documents/transition";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { advance, type Earning } from "./earning.ts";
import { isWholeOwed, leftOf, netOf, netOfLeft, owedOf, type Part } from "./earning-amounts.ts";
import { requireSettled } from "./earning-refund.ts";
import { book } from "./ledger.ts";

const { TRANSFERRED, REVERSED, OWED } = EarningStatus;

/** Whether the buyer has all of the money back, or is to get it: then no part of it goes back. */
const isAskedBack = (earning: Earning): boolean =>
  earning.refundedTime !== undefined ||
  earning.status === REVERSED ||
  earning.holdReason === EarningHoldReason.REFUND ||
  isWholeOwed(earning);

/**
 * A part of the price is about to go back to the buyer, and the sale stands. What was not transferred is less from now on;
 * of what was the seller owes that share, before anything is asked of Stripe. A part that was announced before, or did
 * not go back, changes nothing. Throws EARNING_REFUNDED where all of the price goes back, PART_TOO_LARGE with left, or
 * EARNING_UNDERWAY while a transfer may be under way, or another part: one at a time.
 */
export function reduce(earning: Earning, { id, amount }: Pick<Part, "id" | "amount">, now: Date): Earning {
  const { parts = [], refusedParts = [], status } = earning;
  if (parts.some((part) => part.id === id) || refusedParts.includes(id)) return earning;
  if (isAskedBack(earning)) throw new DomainError("EARNING_REFUNDED", "all of the price goes back");
  requireSettled(earning);
  const left = leftOf(earning);
  if (amount >= left) {
    throw new DomainError("PART_TOO_LARGE", "a part is less than what is left", { left: String(left) });
  }
  const net = netOf(earning) - netOfLeft(earning, left - amount);
  const isOwed = status === TRANSFERRED || status === OWED;
  return advance(earning, { case: "earningReduced", value: { partId: id } }, now, {
    parts: [...parts, { id, amount, net, ...(isOwed && { isOwed }) }],
    ...(isOwed && net > 0 && { status: OWED }),
  });
}

/** The part is with the buyer: it is booked, and what is owed of it can be taken back. Booked already: nothing changes. */
export function partRefunded(earning: Earning, partId: string, now: Date): Earning {
  const { parts = [], entries, sellerId } = earning;
  const part = parts.find(({ id }) => id === partId);
  if (!part || part.refundedTime) return earning;
  const fact = { id: `part:${earning._id}:${partId}`, fact: "refund", time: now } as const;
  return advance(earning, { case: "earningPartRefunded", value: { partId } }, now, {
    parts: parts.map((each) => (each === part ? { ...each, refundedTime: now } : each)),
    entries: book(entries, fact, { price: part.amount, net: part.net }),
    ...(part.isOwed && earning.status === OWED && { dueTime: now, debtorId: sellerId }),
  });
}

/** The part does not go back: what the seller earned is as before. One that was announced later than this never counts. */
export function dropPart(earning: Earning, partId: string, now: Date): Earning {
  const { parts = [], refusedParts = [] } = earning;
  const part = parts.find(({ id }) => id === partId);
  if (part?.refundedTime || refusedParts.includes(partId)) return earning;
  const changes = { refusedParts: [...refusedParts, partId] };
  if (!part) return amend(earning, changes, now);
  const without = { ...earning, parts: parts.filter((each) => each !== part) };
  const isPaid = earning.status === OWED && owedOf({ ...without, wholeOwed: false }) === 0;
  return advance(without, { case: "earningRestored", value: {} }, now, {
    ...changes,
    ...(isPaid && { status: TRANSFERRED }),
  });
}
