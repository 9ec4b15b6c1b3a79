import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { amend } from "@ticketing/runtime/documents/transition";
import { advance, booked, type Earning, type Reservation } from "./earning.ts";
import { dueOf, type Netting, owedOf } from "./earning-amounts.ts";
import { nettingId } from "./netting-id.ts";

/*
 * What a seller owes of one sale is kept from what another sale earned. Two documents take part, one write after the
 * other, and the earning that pays decides:
 *
 * 1. It begins its transfer, and says what is to be kept for whom.
 * 2. Each that is owed is reserved for that transfer: nothing else pays it, and nothing is taken back at Stripe.
 * 3. The earning that pays fixes what is kept, once all of it is reserved. Only then Stripe is asked for the rest. Where
 *    something could not be reserved, another sale pays it: this try is given up, and the next one plans anew.
 * 4. It is transferred: what was kept is kept for good.
 * 5. Each that was reserved is paid. Or freed, where the transfer was refused.
 *
 * Wherever that is interrupted, a reservation is resolved by a look at the earning that it is for.
 */

/** When a reservation is looked at, of which nothing was heard since. */
const RESERVED_MS = 600_000;

/** Whether what is owed can be kept from another earning: the buyer has the money, and nobody else takes it back. */
export const isNettable = (earning: Earning): boolean =>
  dueOf(earning) > 0 && !earning.reversing && !earning.reserved;

/** Whether another transfer or a reversal may pay what is owed: how much is left is known once that has ended. */
export const isUndecided = (earning: Earning): boolean =>
  owedOf(earning) > 0 && (earning.reserved !== undefined || earning.reversing === true);

/** What is kept of an earning of this net amount for these that are owed, the first ones first. */
export function planNettings(owed: readonly Earning[], net: number): Netting[] {
  let left = net;
  return owed.filter(isNettable).flatMap((debt) => {
    const amount = Math.min(left, dueOf(debt));
    left -= amount;
    return amount > 0 ? [{ orderId: debt._id, amount }] : [];
  });
}

/** What is owed waits for this transfer to pay it. Where it cannot, it stays as it is. */
export function reserve(debt: Earning, reserved: Reservation, now: Date): Earning {
  // Two processes may make one transfer, and this one be late.
  const hasPaid = debt.paidBy?.some(({ orderId }) => orderId === reserved.orderId);
  if (!isNettable(debt) || hasPaid || dueOf(debt) < reserved.amount) return debt;
  return amend(debt, { reserved, dueTime: new Date(now.getTime() + RESERVED_MS) }, now);
}

/** Whether what is owed waits for this try of a transfer. */
export const isReservedFor = (
  { reserved }: Pick<Earning, "reserved">,
  { orderId, number }: Pick<Reservation, "orderId" | "number">,
): boolean => reserved?.orderId === orderId && reserved.number === number;

/**
 * What is kept of the transfer that was begun by this try: all that was planned, where all of it is reserved. Otherwise
 * the try is given up, of which Stripe was asked nothing.
 */
export function fixNettings(
  earning: Earning,
  number: number,
  reservedIds: readonly string[],
  now: Date,
): Earning {
  const { begun, attempts } = earning;
  if (!begun?.nettings || begun.isFixed || attempts.transfer.number !== number) return earning;
  const isReserved = begun.nettings.every(({ orderId }) => reservedIds.includes(orderId));
  if (isReserved) return amend(earning, { begun: { ...begun, isFixed: true } }, now);
  return amend(
    earning,
    { begun: undefined, attempts: { ...attempts, transfer: { number: number + 1 } } },
    now,
  );
}

/** Whether the transfer for which something is reserved may yet keep it. */
export const mayKeep = (earning: Earning, debtId: string, { number }: Pick<Reservation, "number">): boolean =>
  earning.attempts.transfer.number === number &&
  (earning.begun?.nettings ?? []).some(({ orderId }) => orderId === debtId);

/** Where it is once nothing is owed: the seller keeps the rest, unless all of it was to be given back. */
export const paidStatus = ({ refundedTime }: Earning): EarningStatus =>
  refundedTime ? EarningStatus.REVERSED : EarningStatus.TRANSFERRED;

/** What was kept of the other sale has paid it, in part or as a whole. */
export function payDebt(debt: Earning, { orderId, amount }: Netting, now: Date): Earning {
  if (debt.reserved?.orderId !== orderId) return debt;
  const paid = {
    ...debt,
    reserved: undefined,
    paidBy: [...(debt.paidBy ?? []), { orderId, amount }],
    entries: booked(debt, { id: nettingId(orderId, debt._id), fact: "netting", time: now, amount }),
  };
  const isPaid = owedOf(paid) === 0;
  const changes = isPaid
    ? { status: paidStatus(debt), debtorId: undefined, dueTime: undefined, refusal: undefined }
    : { dueTime: now };
  return advance(paid, { case: "earningNetted", value: { orderId } }, now, changes);
}

/** The transfer is not made by that try: what it was to pay is owed as before. */
export function free(debt: Earning, by: Pick<Reservation, "orderId" | "number">, now: Date): Earning {
  if (!isReservedFor(debt, by)) return debt;
  return amend(debt, { reserved: undefined, dueTime: now }, now);
}
