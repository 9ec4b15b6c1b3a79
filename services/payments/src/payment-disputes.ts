import {
  type Dispute,
  decisiveOf,
  disputeOutcomeOf,
  type ShownDispute,
  withNotedEnd,
  withRefusal,
  withShown,
} from "./disputes.ts";
import type { Payment } from "./payment.ts";
import { advance } from "./payment-transitions.ts";

/** Takes note of all disputes that Stripe shows of the charge, oldest first. */
export const observeDisputes = (payment: Payment, shown: readonly ShownDispute[], now: Date): Payment =>
  noteDisputes(payment, (known) => withShown(known, shown, now), now);

/**
 * Stripe refused a refund since the charge is disputed; the message of that may never have come. `asked` is the payment
 * as it was when the refund was asked for: what was told of a dispute since then may be newer.
 */
export function refusedAsDisputed(payment: Payment, asked: Payment, now: Date): Payment {
  const told = payment.disputeClosed?.time.getTime();
  if (told !== asked.disputeClosed?.time.getTime()) return payment;
  return noteDisputes(payment, (known) => withRefusal(known, now), now);
}

/** What is known of the disputes of the charge. Earlier releases note the last one alone, also beside this one. */
export function disputesOf({
  disputes,
  disputedTime,
  disputeClosed,
}: Pick<Payment, "disputes" | "disputedTime" | "disputeClosed">): readonly Dispute[] {
  if (disputes) return disputeClosed ? withNotedEnd(disputes, disputeClosed) : disputes;
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
  const before = payment.disputedTime && (payment.disputeClosed ?? { id: "", outcome: undefined });
  if (before && before.outcome === outcome && (outcome === undefined || before.id === id)) {
    return advance(payment, { case: "paymentDisputeChanged", value: {} }, now, { disputes });
  }
  if (outcome === undefined) {
    const changes = { disputes, disputedTime: now, disputeClosed: undefined };
    return advance(payment, { case: "paymentDisputed", value: {} }, now, changes);
  }
  const disputedTime = payment.disputedTime ?? now;
  const changes = { disputes, disputedTime, disputeClosed: { id, outcome, time } };
  const value = { outcome, disputeOutcome: disputeOutcomeOf(outcome) };
  return advance(payment, { case: "paymentDisputeClosed", value }, now, changes);
}
