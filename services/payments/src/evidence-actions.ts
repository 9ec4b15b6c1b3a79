import type { Clock } from "@ticketing/runtime/process/clock";
import { isOver } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import { requireCallable } from "@ticketing/runtime/stripe/attempt";
import type { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import { failureToLookInto, passing } from "@ticketing/runtime/stripe/stripe-unavailable";
import type { Dispute, ShownDispute } from "./disputes.ts";
import { answered, ask, type EvidenceWish, evidenceKey, isSubmitted, notTaken } from "./evidence.ts";
import type { EvidenceStore } from "./evidence-store.ts";
import { requireOurs } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import type { Payment } from "./payment.ts";
import type { PaymentActions } from "./payment-actions.ts";
import { disputesOf } from "./payment-disputes.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

/** Telling a bank what speaks for a disputed sale. */
export type EvidenceActions = ReturnType<typeof createEvidenceActions>;

/** Where a dispute is while the bank takes evidence: docs.stripe.com/api/disputes/object#dispute_object-status */
const TAKING = ["needs_response", "warning_needs_response"];

/** A dispute of a payment that Stripe has shown. */
type KnownDispute = Dispute & { shown: Omit<ShownDispute, "id"> };

export function createEvidenceActions(deps: {
  evidence: EvidenceStore;
  actions: Pick<PaymentActions, "lookAtDisputes">;
  stripe: Pick<StripeGateway, "updateDispute">;
  /** Longer than a call can be in flight. */
  graceMs: number;
  mesh: MeshIdentity;
  clock: Clock;
  log: Pick<Logger, "warn">;
}) {
  const { evidence, actions, stripe, graceMs, mesh, clock, log } = deps;

  return {
    /**
     * Looks at the dispute, stores what is to be told, tells it, and unless the answer shows that it is there looks again.
     * Returns the dispute as Stripe shows it. Throws DISPUTE_NOT_FOUND, EVIDENCE_NOT_TAKEN, EVIDENCE_TOO_LATE,
     * EVIDENCE_REFUSED, INTENT_NOT_OURS, or what passes.
     */
    async submit(payment: Payment, disputeId: string, wish: EvidenceWish): Promise<Dispute> {
      requireOurs(await mesh.readToWrite(), payment);
      const look = async () => disputeOf(await actions.lookAtDisputes(payment), disputeId);
      const dispute = await look();
      const { status, evidenceSubmitted } = dispute.shown;
      const named = { id: disputeId, orderId: payment._id };
      if (!TAKING.includes(status)) {
        if (wish.submit && evidenceSubmitted) return dispute;
        throw takesNone(status);
      }
      requireInTime(dispute, clock());

      let isDone = false;
      const record = await evidence.update(named, (current) => {
        isDone = isSubmitted(current, status);
        return isDone ? current : ask(current, wish, status, clock());
      });
      const { asked, attempt } = record;
      if (isDone || !asked) return dispute;
      const { number } = attempt;
      const done = () => evidence.update(named, (current) => answered(current, { number, status }, clock()));
      try {
        requireCallable(attempt, clock(), graceMs);
        await stripe.updateDispute(disputeId, asked, evidenceKey(record));
        await done();
        return await look();
      } catch (error) {
        return await lookAfter(failureToLookInto(error));
      }

      async function lookAfter(failure: StripeFailure): Promise<Dispute> {
        const seen = await look();
        if (asked?.submit && !TAKING.includes(seen.shown.status) && seen.shown.evidenceSubmitted) {
          await done();
          return seen;
        }
        const failed = { number, status, failure };
        await evidence.update(named, (current) => notTaken(current, failed, clock(), graceMs));
        if (failure.kind !== "refused") throw passing(failure);
        const facts = { stripeCode: failure.code };
        log.warn({ orderId: payment._id, disputeId, ...facts, err: failure }, "Stripe refused evidence");
        throw new DomainError("EVIDENCE_REFUSED", "the payment provider refused the evidence", facts);
      }
    },
  };
}

/** The dispute of a payment, as Stripe showed it last. Throws DISPUTE_NOT_FOUND. */
export function disputeOf(payment: Payment, disputeId: string): KnownDispute {
  const found = disputesOf(payment).find(({ id }) => id === disputeId);
  if (!found?.shown) throw new DomainError("DISPUTE_NOT_FOUND", "the payment has no such dispute");
  return { ...found, shown: found.shown };
}

const takesNone = (status: string) =>
  new DomainError("EVIDENCE_NOT_TAKEN", "the bank takes no evidence about this dispute", { status });

/** What comes after its time may never reach the bank: docs.stripe.com/api/disputes/object, `evidence_details.past_due` */
function requireInTime({ shown: { evidenceDueTime: until, status } }: KnownDispute, now: Date): void {
  if (!until) throw takesNone(status);
  if (isOver(until, now)) {
    const facts = { until: until.toISOString() };
    throw new DomainError("EVIDENCE_TOO_LATE", "the time to submit evidence is over", facts);
  }
}
