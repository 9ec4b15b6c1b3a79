import { amend } from "@ticketing/runtime/documents/transition";
import {
  type Dispute,
  type DisputeNews,
  type DisputeOutcome,
  decisiveOf,
  disputeOutcomeOf,
  withNews,
  withRefusal,
} from "./disputes.ts";
import type { Payment } from "./payment.ts";
import { advance } from "./payment-transitions.ts";

/** A cardholder's bank disputes the charge. News of a dispute that is known is late. */
export const dispute = (payment: Payment, { id, time }: DisputeNews, now: Date): Payment =>
  noteDisputes(payment, (known) => withNews(known, { id, time }), now);

/** A dispute of the charge ended, even if its beginning was never reported. */
export const closeDispute = (
  payment: Payment,
  news: DisputeNews & { outcome: DisputeOutcome },
  now: Date,
): Payment => noteDisputes(payment, (known) => withNews(known, news), now);

/**
 * Stripe refused a refund since the charge is disputed; the message of that may never have come. `asked` is the payment
 * as it was when the refund was asked for: what was told of a dispute since then may be newer.
 */
export function refusedAsDisputed(payment: Payment, asked: Payment, now: Date): Payment {
  const told = payment.disputeClosed?.time.getTime();
  if (told !== asked.disputeClosed?.time.getTime()) return payment;
  return noteDisputes(payment, (known) => withRefusal(known, now), now);
}

/** Releases from before a charge could have several note the last one alone, also beside this one. */
function disputesOf({ disputes, disputedTime, disputeClosed }: Payment): readonly Dispute[] {
  if (disputes) return disputeClosed ? withNews(disputes, disputeClosed) : disputes;
  if (disputeClosed) return [disputeClosed];
  return disputedTime ? [{ time: disputedTime }] : [];
}

function noteDisputes(
  payment: Payment,
  note: (known: readonly Dispute[]) => readonly Dispute[],
  now: Date,
): Payment {
  const known = disputesOf(payment);
  const disputes = note(known);
  const decisive = decisiveOf(disputes);
  if (!decisive || disputes === known) return payment;
  const { id = "", outcome, time } = decisive;
  const wasOpen = payment.disputedTime !== undefined && !payment.disputeClosed;
  if (outcome === undefined) {
    if (wasOpen) return amend(payment, { disputes }, now);
    const changes = { disputes, disputedTime: now, disputeClosed: undefined };
    return advance(payment, { case: "paymentDisputed", value: {} }, now, changes);
  }
  const disputedTime = payment.disputedTime ?? now;
  const changes = { disputes, disputedTime, disputeClosed: { id, outcome, time } };
  const value = { outcome, disputeOutcome: disputeOutcomeOf(outcome) };
  return advance(payment, { case: "paymentDisputeClosed", value }, now, changes);
}
