import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import { requireCallable } from "@ticketing/runtime/stripe/attempt";
import { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import { failureToLookInto, passing } from "@ticketing/runtime/stripe/stripe-unavailable";
import type { Dispute } from "./disputes.ts";
import { accept, acceptanceKey, isAccepting, notAccepted } from "./evidence.ts";
import { disputeOf } from "./evidence-actions.ts";
import type { EvidenceStore } from "./evidence-store.ts";
import { requireOurs } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import type { Payment } from "./payment.ts";
import type { PaymentActions } from "./payment-actions.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

/** Gives up what a bank disputes. */
export type LossAcceptance = ReturnType<typeof createLossAcceptance>;

/** Where a dispute is that can be given up: docs.stripe.com/api/disputes/close. An inquiry has taken nothing yet. */
const OPEN = "needs_response";

export function createLossAcceptance(deps: {
  evidence: EvidenceStore;
  actions: Pick<PaymentActions, "lookAtDisputes">;
  stripe: Pick<StripeGateway, "closeDispute">;
  /** Longer than a call can be in flight. */
  graceMs: number;
  mesh: MeshIdentity;
  clock: Clock;
  log: Pick<Logger, "warn">;
}) {
  const { evidence, actions, stripe, graceMs, mesh, clock, log } = deps;

  return {
    /**
     * Looks at the dispute, notes that the loss is accepted, says so to Stripe, and looks again: only what that shows is
     * believed. Returns the lost dispute. Throws DISPUTE_NOT_FOUND, LOSS_NOT_ACCEPTED, INTENT_NOT_OURS, or what passes.
     */
    async accept(payment: Payment, disputeId: string): Promise<Dispute> {
      requireOurs(await mesh.readToWrite(), payment);
      const look = async () => disputeOf(await actions.lookAtDisputes(payment), disputeId);
      const dispute = await look();
      const { status } = dispute.shown;
      if (status === "lost") return dispute;
      if (status !== OPEN) throw notAcceptable(status);

      const named = { id: disputeId, orderId: payment._id };
      const record = await evidence.update(named, (current) => accept(current, status));
      const { accepting } = record;
      if (!accepting || !isAccepting(record)) throw notAcceptable(status);
      const { number } = accepting;
      const failure = await attempt();
      const seen = await look();
      if (seen.shown.status === "lost") return seen;
      const { kind } = failure;
      await evidence.update(named, (current) => notAccepted(current, { number, kind }, clock(), graceMs));
      if (kind !== "refused") throw passing(failure);
      log.warn(
        { orderId: payment._id, disputeId, stripeCode: failure.code, err: failure },
        "Stripe refused that a loss is accepted",
      );
      throw notAcceptable(seen.shown.status, failure.code);

      /** How it failed; where Stripe said that it is done and does not show it, that is not known yet. */
      async function attempt(): Promise<StripeFailure> {
        try {
          requireCallable(accepting ?? { number }, clock(), graceMs);
          await stripe.closeDispute(disputeId, acceptanceKey(record));
          return new StripeFailure("unknown", "", new Error("it does not show yet"));
        } catch (error) {
          return failureToLookInto(error);
        }
      }
    },
  };
}

const notAcceptable = (status: string, stripeCode = "") =>
  new DomainError("LOSS_NOT_ACCEPTED", "the loss of this dispute cannot be accepted", { status, stripeCode });
