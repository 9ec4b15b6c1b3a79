import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import { requireCallable } from "@ticketing/runtime/stripe/attempt";
import type { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import {
  failureToLookInto,
  orUnavailable,
  passing,
  stripeUnavailable,
} from "@ticketing/runtime/stripe/stripe-unavailable";
import { type Charge, chargeOf } from "./charge.ts";
import { CHARGE_DISPUTED, chargeDisputed } from "./charge-disputed.ts";
import { requireOurs } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import { type IntentSnapshot, observe, showsDone } from "./observe-intent.ts";
import { fail, isOneOf, type Payment, requestVoid, type StripeAction } from "./payment.ts";
import { observeDisputes, refusedAsDisputed } from "./payment-disputes.ts";
import type { PaymentStore } from "./payment-store.ts";
import { afterFailure, attemptOf, idempotencyKey } from "./stripe-attempts.ts";
import type { StripeGateway } from "./stripe-gateway.ts";
import { createUnderway } from "./underway.ts";

const { REQUIRES_PAYMENT, AUTHORIZED, CAPTURED, FAILED, VOIDED, REFUNDED, REFUND_PENDING, REFUND_FAILED } =
  PaymentStatus;

/** So long a message of Stripe's waits for the answer to what it tells of: they leave Stripe together. */
const MOMENT_MS = 250;
/** So often disputes are looked at while the payment changes each time; after that, the call is repeated. */
const MAX_LOOKS = 5;

type Action = Exclude<StripeAction, "create">;
/** The payment after an action; with `failure` it was not done, as far as could be seen. */
interface Outcome {
  payment: Payment;
  failure?: StripeFailure;
}

/**
 * Moving money at Stripe: act, and unless the answer shows that it was done, fetch, then decide. What may have changed
 * at Stripe since a payment was noted as open need not be fetched before: the action itself is refused then.
 */
export type PaymentActions = ReturnType<typeof createPaymentActions>;

export function createPaymentActions(deps: {
  payments: PaymentStore;
  stripe: StripeGateway;
  /** Longer than a call can be in flight; after two of them without a sign of it, the next call gets another key. */
  graceMs: number;
  mesh: MeshIdentity;
  clock: Clock;
  log: Pick<Logger, "warn">;
}) {
  const { payments, stripe, graceMs, mesh, clock, log } = deps;
  const underway = createUnderway<Outcome>();

  /** Takes note of what Stripe shows. `payment` is as this call has read it. */
  const note = (payment: Payment, intent: IntentSnapshot): Promise<Payment> =>
    payments.update(payment._id, (current) => observe(current, intent, clock()), payment);

  /**
   * Takes note of what a fetch shows. A charge that is, or was, disputed has its disputes looked at, too: the message of
   * one may be lost.
   */
  async function noteFetched(payment: Payment, intent: IntentSnapshot): Promise<Payment> {
    const seen = await note(payment, intent);
    return intent.charge?.disputed ? lookAtDisputes(seen) : seen;
  }

  /** Fetches the PaymentIntent and takes note. Throws INTENT_NOT_OURS or STRIPE_UNAVAILABLE. */
  async function refresh(payment: Payment): Promise<Payment> {
    if (!payment.intentId) return payment;
    requireOurs(await mesh.read(), payment);
    return noteFetched(payment, await orUnavailable(stripe.fetch(payment.intentId)));
  }

  /**
   * Fetches the disputes of the charge and takes note. A dispute may go back to where it was, so of two looks the later
   * counts: what is noted after another write was looked at after it. Throws INTENT_NOT_OURS or STRIPE_UNAVAILABLE.
   */
  async function lookAtDisputes(payment: Payment): Promise<Payment> {
    const { intentId } = payment;
    if (!intentId) return payment;
    requireOurs(await mesh.read(), payment);
    let before = payment;
    for (let look = 1; look <= MAX_LOOKS; look++) {
      const shown = await orUnavailable(stripe.fetchDisputes(intentId));
      let isLate = false;
      const noted = await payments.update(
        payment._id,
        (current) => {
          isLate = current.version !== before.version;
          return isLate ? current : observeDisputes(current, shown, clock());
        },
        before,
      );
      if (!isLate) return noted;
      before = noted;
    }
    throw stripeUnavailable();
  }

  /**
   * Does an action and takes note of its answer. One that does not show that it was done says nothing: it may have
   * happened, or another call did it, so Stripe is asked. With `failure` it did not happen, as far as that could show.
   * Throws INTENT_NOT_OURS and PAYMENTS_SUSPENDED before anything is asked of Stripe.
   */
  async function act(payment: Payment, action: Action): Promise<Outcome> {
    const { intentId } = payment;
    if (!intentId) throw new Error("there is no PaymentIntent to act on");
    requireOurs(await mesh.readToWrite(), payment);
    return underway.during(intentId, () => ask(payment, intentId, action));
  }

  async function ask(payment: Payment, intentId: string, action: Action): Promise<Outcome> {
    const key = idempotencyKey(payment, action);
    let failure: StripeFailure | undefined;
    try {
      requireCallable(attemptOf(payment, action), clock(), graceMs);
      const answer = await stripe[action](intentId, key);
      if (answer && showsDone(payment, action, answer)) return { payment: await note(payment, answer) };
    } catch (error) {
      failure = failureToLookInto(error);
    }
    const seen = await refresh(payment);
    if (!failure || seen.status !== payment.status) return { payment: seen };
    const failed = { action, key, failure };
    if (failure.kind === "refused") {
      log.warn({ orderId: payment._id, action, stripeCode: failure.code, err: failure }, "Stripe refused");
    }
    const noted = (current: Payment) => afterFailure(current, failed, clock(), graceMs);
    return { payment: await payments.update(payment._id, noted, seen), failure };
  }

  /** Gives back what was taken. Returns it REFUNDED or REFUND_PENDING, or throws as `refund` does. */
  async function giveBack(payment: Payment): Promise<Payment> {
    const { payment: after, failure } = await act(payment, "refund");
    if (isGivenUp(after)) return after;
    if (failure?.kind === "refused") {
      const facts = { stripeCode: failure.code };
      if (failure.code !== CHARGE_DISPUTED)
        throw new DomainError("REFUND_REFUSED", "the refund was refused", facts);
      await payments.update(payment._id, (current) => refusedAsDisputed(current, payment, clock()));
      throw chargeDisputed(facts);
    }
    if (!failure && after.status === REFUND_FAILED) {
      throw new DomainError("REFUND_REFUSED", "the refund failed", { stripeCode: failureReason(after) });
    }
    throw failure ? passing(failure) : stripeUnavailable();
  }

  /** Releases or gives back what a payment that is given up holds; `again`: also after a refund of it failed. */
  async function finishVoid(payment: Payment, again: boolean): Promise<Payment> {
    const seen = isOneOf(payment, REQUIRES_PAYMENT, AUTHORIZED) ? payment : await refresh(payment);
    if (isGivenUp(seen) || (seen.status === REFUND_FAILED && !again)) return seen;
    if (isTaken(seen)) return giveBack(seen);
    const { payment: after, failure } = await act(seen, "cancel");
    if (isGivenUp(after)) return after;
    // It was captured, and is known to be by now: the next call gives it back.
    throw failure ? passing(failure) : stripeUnavailable();
  }

  return {
    refresh,
    lookAtDisputes,

    /**
     * The charge that took the money, as Stripe shows it now: this mesh's alone, and none while it may be a copy's.
     * Throws NOT_CAPTURED, and what passes.
     */
    async readCharge(payment: Payment): Promise<Charge> {
      if (!payment.intentId) throw new DomainError("NOT_CAPTURED", "no money was taken");
      requireOurs(await mesh.readToWrite(), payment);
      const intent = await orUnavailable(stripe.fetch(payment.intentId));
      const seen = await noteFetched(payment, intent);
      if (intent.status !== "succeeded" || !intent.charge) {
        throw new DomainError("NOT_CAPTURED", "no money was taken");
      }
      return chargeOf(seen, intent.charge, intent.amountReceived);
    },

    /**
     * The payment as an action on its PaymentIntent that is under way here leaves it; undefined of none, and of one that
     * takes longer than a moment.
     */
    answered: async (intentId: string): Promise<Payment | undefined> =>
      (await underway.over(intentId, MOMENT_MS))?.payment,

    /**
     * Lets go what a payment that is given up holds or took, as a message of Stripe's tells. A refund that failed is a
     * person's to look at: made again by its own message, each failure would make the next.
     */
    finishVoid: (payment: Payment): Promise<Payment> => finishVoid(payment, false),

    /** Takes the authorised money. Throws CAPTURE_REFUSED, NOT_AUTHORIZED, PAYMENT_VOIDED or what passes. */
    async capture(payment: Payment): Promise<Payment> {
      const isHeld = payment.status === AUTHORIZED && !payment.voidRequestedTime;
      const seen = isHeld || wasTaken(payment) ? payment : await refresh(payment);
      if (wasTaken(seen)) return seen;
      if (seen.status === FAILED) {
        throw captureRefused(seen.refusal?.code ?? "", "the hold on the money was lost");
      }
      if (seen.voidRequestedTime) throw new DomainError("PAYMENT_VOIDED", "this payment is given up");
      if (seen.status !== AUTHORIZED) throw new DomainError("NOT_AUTHORIZED", "no money is held");
      const { payment: after, failure } = await act(seen, "capture");
      if (wasTaken(after)) return after;
      if (after.status !== FAILED && failure?.kind !== "refused") {
        throw failure ? passing(failure) : stripeUnavailable();
      }
      const code = failure?.code ?? "";
      await payments.update(payment._id, (current) => fail(current, "capture", code, clock()), after);
      throw captureRefused(code, "the bank refused to pay what it had promised");
    },

    /**
     * Gives the payment up: recorded first, so that no attempt can begin, then done. `read` is the payment as this call
     * has read it. Throws ALREADY_CAPTURED.
     */
    async void(orderId: string, read?: Payment): Promise<Payment> {
      const payment = await payments.update(orderId, (current) => requestVoid(current, clock()), read);
      return isGivenUp(payment) ? payment : finishVoid(payment, true);
    },

    /**
     * Gives the captured money back, whole, once; again after a refund that failed. Accepted by Stripe is done: of a
     * refund that waits nothing more can be asked. Throws NOT_CAPTURED, REFUND_REFUSED, CHARGE_DISPUTED or what
     * passes: STRIPE_UNAVAILABLE, STRIPE_KEY_REFUSED.
     */
    async refund(payment: Payment): Promise<Payment> {
      const seen = await refresh(payment);
      if (!wasTaken(seen)) throw new DomainError("NOT_CAPTURED", "no money was taken");
      return isTaken(seen) ? giveBack(seen) : seen;
    },
  };
}

const captureRefused = (stripeCode: string, message: string): DomainError =>
  new DomainError("CAPTURE_REFUSED", message, { stripeCode });

/** Nothing more can be asked of Stripe to let the money go. */
const isGivenUp = ({ status }: Payment): boolean => [VOIDED, REFUNDED, REFUND_PENDING].includes(status);
/** The money is with us, since a refund failed or was never asked for. */
const isTaken = ({ status }: Payment): boolean => [CAPTURED, REFUND_FAILED].includes(status);
/** The money came, whatever became of it. */
const wasTaken = (payment: Payment): boolean =>
  isTaken(payment) || [REFUNDED, REFUND_PENDING].includes(payment.status);

const failureReason = ({ refunds = [], refundId }: Payment): string =>
  refunds.find(({ id }) => id === refundId)?.reason ?? "unknown";
