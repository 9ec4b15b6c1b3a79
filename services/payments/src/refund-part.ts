import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import { requireCallable } from "@ticketing/runtime/stripe/attempt";
import type { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import { failureToLookInto, passing, stripeUnavailable } from "@ticketing/runtime/stripe/stripe-unavailable";
import { CHARGE_DISPUTED, chargeDisputed } from "./charge-disputed.ts";
import { requireOurs } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import {
  afterPartFailure,
  beginPart,
  findPart,
  type PartRefund,
  partKey,
  refundOfPart,
} from "./part-refunds.ts";
import type { Payment } from "./payment.ts";
import type { PaymentActions } from "./payment-actions.ts";
import type { PaymentStore } from "./payment-store.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

/**
 * Gives parts of the money back: recorded first, so that all refunds together never exceed the charge; then asked of Stripe;
 * then, whatever that answered, looked for.
 */
export type PartRefunds = ReturnType<typeof createPartRefunds>;

export function createPartRefunds(deps: {
  payments: PaymentStore;
  actions: Pick<PaymentActions, "refresh">;
  stripe: Pick<StripeGateway, "refund">;
  /** As of payment actions. */
  graceMs: number;
  mesh: MeshIdentity;
  clock: Clock;
  log: Pick<Logger, "warn">;
}) {
  const { payments, actions, stripe, graceMs, mesh, clock, log } = deps;

  /** Asks Stripe for a part with its key. Gives why it did not answer that it is done. */
  async function ask(
    payment: Payment,
    intentId: string,
    part: PartRefund,
  ): Promise<StripeFailure | undefined> {
    try {
      requireCallable(part.attempt, clock(), graceMs);
      await stripe.refund(intentId, partKey(payment._id, part), part.amount);
      return undefined;
    } catch (error) {
      return failureToLookInto(error);
    }
  }

  /** The payment once Stripe shows a refund of the part that did not fail; undefined before. Throws PART_REFUND_FAILED. */
  function accepted(payment: Payment, partId: string): Payment | undefined {
    const refund = refundOfPart(payment, partId);
    if (refund?.status !== "failed") return refund && payment;
    const facts = { stripeCode: refund.reason ?? "unknown" };
    throw new DomainError("PART_REFUND_FAILED", "a refund of this part failed after it was made", facts);
  }

  return {
    /**
     * Gives a part back, once. Accepted by Stripe is done; one that failed since is not made again. Throws NOT_CAPTURED,
     * PART_TOO_LARGE, PART_REFUND_FAILED, REFUND_REFUSED, CHARGE_DISPUTED, or what passes.
     */
    async refund(payment: Payment, wanted: Pick<PartRefund, "id" | "amount">): Promise<Payment> {
      const { _id, intentId } = payment;
      if (!intentId) throw new DomainError("NOT_CAPTURED", "no money was taken");
      requireOurs(await mesh.readToWrite(), payment);
      const seen = await actions.refresh(payment);
      const before = accepted(seen, wanted.id);
      if (before) return before;
      const begun = await payments.update(_id, (current) => beginPart(current, wanted, clock()), seen);
      const part = findPart(begun, wanted.id);
      if (!part) throw new Error("a part that was begun is in the payment");
      const failure = await ask(begun, intentId, part);
      const shown = await actions.refresh(begun);
      const after = accepted(shown, part.id);
      if (after) return after;
      if (!failure) throw stripeUnavailable();
      const failed = { id: part.id, key: partKey(_id, part), failure };
      await payments.update(_id, (current) => afterPartFailure(current, failed, clock(), graceMs), shown);
      if (failure.kind !== "refused") throw passing(failure);
      const facts = { stripeCode: failure.code };
      log.warn({ orderId: _id, action: "refund of a part", ...facts, err: failure }, "Stripe refused");
      if (failure.code !== CHARGE_DISPUTED)
        throw new DomainError("REFUND_REFUSED", "the refund was refused", facts);
      throw chargeDisputed(facts);
    },
  };
}
