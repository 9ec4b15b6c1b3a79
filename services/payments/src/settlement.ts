import { Code } from "@connectrpc/connect";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import type { Reason } from "@ticketing/proto/reason";
import type { Clock } from "@ticketing/runtime/clock";
import { DomainError } from "@ticketing/runtime/domain-error";
import { requireOurs } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import {
  advanceAttempt,
  fail,
  type IntentSnapshot,
  idempotencyKey,
  observe,
  type Payment,
  requestVoid,
  type StripeAction,
} from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";
import { StripeFailure, type StripeGateway } from "./stripe-gateway.ts";
import { orUnavailable, stripeUnavailable } from "./stripe-unavailable.ts";

const refuse = (reason: Reason, message: string) => new DomainError(Code.FailedPrecondition, reason, message);

/** Moving money at Stripe: act, and when the outcome is unknown, fetch, then decide. */
export type Settlement = ReturnType<typeof createSettlement>;

export function createSettlement(deps: {
  payments: PaymentStore;
  stripe: StripeGateway;
  mesh: MeshIdentity;
  clock: Clock;
}) {
  const { payments, stripe, mesh, clock } = deps;

  /** Fetches the PaymentIntent and takes note. Throws INTENT_NOT_OURS or STRIPE_UNAVAILABLE. */
  async function refresh(payment: Payment): Promise<{ payment: Payment; intent?: IntentSnapshot }> {
    if (!payment.intentId) return { payment };
    requireOurs(await mesh.read(), payment);
    const intent = await orUnavailable(stripe.fetch(payment.intentId));
    return {
      payment: await payments.update(payment._id, (current) => observe(current, intent, clock())),
      intent,
    };
  }

  /**
   * Does an action, then fetches and takes note whatever Stripe answered. `refused` tells that Stripe said no.
   * An outcome that stays unknown shows in the status alone: the caller decides by it. Throws INTENT_NOT_OURS
   * and PAYMENTS_SUSPENDED before anything is asked of Stripe.
   */
  async function act(payment: Payment, action: Exclude<StripeAction, "create">) {
    const { intentId } = payment;
    if (!intentId) throw new Error("there is no PaymentIntent to act on");
    requireOurs(await mesh.readToWrite(), payment);
    let failure: StripeFailure | undefined;
    try {
      await stripe[action](intentId, idempotencyKey(payment, action));
    } catch (error) {
      if (!(error instanceof StripeFailure)) throw error;
      failure = error;
    }
    const { payment: seen } = await refresh(payment);
    const undone = seen.version === payment.version && failure?.serverError;
    if (undone) await payments.update(payment._id, (current) => advanceAttempt(current, action, clock()));
    return { payment: seen, refused: failure?.kind === "refused" };
  }

  /** Releases or gives back what a payment that is given up holds. VOIDED or REFUNDED, or it throws. */
  async function finishVoid(payment: Payment): Promise<Payment> {
    let seen = (await refresh(payment)).payment;
    if (seen.status === PaymentStatus.CAPTURED) seen = (await act(seen, "refund")).payment;
    else if (!isGivenUp(seen)) seen = (await act(seen, "cancel")).payment;
    // Captured between the fetch and the cancel: the next call gives it back.
    if (!isGivenUp(seen)) throw stripeUnavailable();
    return seen;
  }

  return {
    refresh,
    finishVoid,

    /** Takes the authorised money. Throws CAPTURE_REFUSED, NOT_AUTHORIZED, PAYMENT_VOIDED or STRIPE_UNAVAILABLE. */
    async capture(payment: Payment): Promise<Payment> {
      const { payment: seen } = await refresh(payment);
      if (seen.status === PaymentStatus.CAPTURED || seen.status === PaymentStatus.REFUNDED) return seen;
      if (seen.status === PaymentStatus.FAILED)
        throw refuse("CAPTURE_REFUSED", "the hold on the money was lost");
      if (seen.voidRequestedTime) throw refuse("PAYMENT_VOIDED", "this payment is given up");
      if (seen.status !== PaymentStatus.AUTHORIZED) throw refuse("NOT_AUTHORIZED", "no money is held");
      const { payment: after, refused } = await act(seen, "capture");
      if (after.status === PaymentStatus.CAPTURED) return after;
      if (!refused && after.status !== PaymentStatus.FAILED) throw stripeUnavailable();
      await payments.update(payment._id, (current) => fail(current, clock()));
      throw refuse("CAPTURE_REFUSED", "the bank refused to pay what it had promised");
    },

    /** Gives the payment up: recorded first, so that no attempt can begin, then done. Throws ALREADY_CAPTURED. */
    async void(orderId: string): Promise<Payment> {
      const payment = await payments.update(orderId, (current) => requestVoid(current, clock()));
      return isGivenUp(payment) ? payment : finishVoid(payment);
    },

    /** Gives the captured money back, whole, once. Throws NOT_CAPTURED or STRIPE_UNAVAILABLE. */
    async refund(payment: Payment): Promise<Payment> {
      const { payment: seen } = await refresh(payment);
      if (seen.status === PaymentStatus.REFUNDED) return seen;
      if (seen.status !== PaymentStatus.CAPTURED) throw refuse("NOT_CAPTURED", "no money was taken");
      const { payment: after } = await act(seen, "refund");
      if (after.status !== PaymentStatus.REFUNDED) throw stripeUnavailable();
      return after;
    },
  };
}

const isGivenUp = (payment: Payment): boolean =>
  payment.status === PaymentStatus.VOIDED || payment.status === PaymentStatus.REFUNDED;
