import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError, isRefusedFor } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import type { RateLimit } from "@ticketing/runtime/process/rate-limit";
import { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import { orUnavailable, passing } from "@ticketing/runtime/stripe/stripe-unavailable";
import type { ClientSecrets } from "./client-secrets.ts";
import { type DeclineLimit, requireFewDeclines } from "./decline-limit.ts";
import { requireOurs } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import type { OrderToPay } from "./order-to-pay.ts";
import {
  attachIntent,
  fail,
  type MadeIntent,
  type Payment,
  paymentRefused,
  requireOpen,
  secretHandedOut,
  start,
  startFailed,
  startWith,
} from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";
import { afterFailure, idempotencyKey } from "./stripe-attempts.ts";
import { endingBy, type OpeningCalls } from "./stripe-deadline.ts";

export interface StartPaymentDependencies {
  payments: PaymentStore;
  stripe: OpeningCalls;
  mesh: MeshIdentity;
  declineLimit: DeclineLimit;
  /** Takes an order's id for each opening that asks Stripe. */
  startLimit: RateLimit;
  secrets: ClientSecrets;
  /** Longer than a call can be in flight; after two of them without a sign of it, the next call gets another key. */
  graceMs: number;
  clock: Clock;
  log: Pick<Logger, "error">;
}

/** So often within the window an order's payment is opened with Stripe being asked; answers from memory are free. */
export const START_RATE = { count: 10, windowMs: 60_000 };

/** The payment has ended. Any other failure says nothing of it, nor of its buyer, and the next call may succeed. */
const ENDED = ["PAYMENT_VOIDED", "PAYMENT_REFUSED"] as const;
/** Another call is opening the payment; that call reports its own failure. */
const isUnderway = (error: unknown): boolean =>
  error instanceof StripeFailure && error.code === "idempotency_key_in_use";
/** A PaymentIntent that was made for the payment can never be its own. */
const USELESS = [...ENDED, "INTENT_EXISTS"] as const;

/**
 * A payment as this call has found it. One that `isNew` is stored with its PaymentIntent or with what came in between,
 * not before: the idempotency key of its first try follows from the order's id, so that a call that dies can be repeated
 * with the same key, and what it made can never be paid, as its client secret has not left.
 */
interface Opening {
  payment: Payment;
  isNew: boolean;
}

/**
 * Opens the order's payment and returns its client secret, the same PaymentIntent however often it is asked.
 * The secret leaves only after the PaymentIntent was saved against a payment that is still open: one that is
 * given up meanwhile wins, and the PaymentIntent is canceled. Stripe has until `deadline`, a moment of
 * `performance.now()`, for all its answers. Throws PAYMENT_VOIDED, PAYMENT_REFUSED, TOO_MANY_DECLINES,
 * TOO_MANY_STARTS, PAYMENTS_SUSPENDED, INTENT_NOT_OURS, STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED.
 */
export async function startPayment(
  deps: StartPaymentDependencies,
  order: OrderToPay,
  deadline: number,
): Promise<string> {
  const { payments, declineLimit, clock } = deps;
  const known = await payments.find(order.id);
  const payment = requireOpen(known ?? start(order, clock()));
  const opening = { payment, isNew: !known };
  if (payment.status === PaymentStatus.REQUIRES_PAYMENT) {
    const since = new Date(clock().getTime() - declineLimit.windowMs);
    requireFewDeclines(await payments.declineTimes(order.buyerId, since), declineLimit, clock());
  }
  if (!payment.intentId || !deps.secrets.find(payment.intentId)) requireFewStarts(deps.startLimit, order.id);
  try {
    return await open({ ...deps, stripe: endingBy(deps.stripe, deadline) }, opening);
  } catch (error) {
    if (!isRefusedFor(error, ...ENDED) && !isUnderway(error)) {
      await change(payments, opening, (current) => startFailed(current, clock()));
    }
    throw error instanceof StripeFailure ? passing(error) : error;
  }
}

/**
 * What one order may cost at Stripe, whose limits hold for all buyers together; how many orders a buyer opens is
 * limited where tickets are locked. Who is refused here is not let off a strike: Stripe was not asked, so nothing
 * is noted of the payment.
 */
function requireFewStarts(limit: RateLimit, orderId: string): void {
  const waitMs = limit.take(orderId);
  if (waitMs === undefined) return;
  throw new DomainError("TOO_MANY_STARTS", "this payment was opened too often within a minute", {}, waitMs);
}

/** Changes the payment, which is stored first if it is new. */
async function change(
  payments: PaymentStore,
  { payment, isNew }: Opening,
  decide: (current: Payment) => Payment,
): Promise<void> {
  const isRead = !isNew || (await payments.insert(payment)) === "inserted";
  await payments.update(payment._id, decide, isRead ? payment : undefined);
}

/** Asks Stripe for the payment's client secret, and for the PaymentIntent where there is none yet. */
async function open(deps: StartPaymentDependencies, opening: Opening): Promise<string> {
  const { stripe } = deps;
  const { payment } = opening;
  // Whoever has the client secret can pay: it is handed out by the mesh that the PaymentIntent belongs to.
  const mesh = await deps.mesh.readToWrite();
  requireOurs(mesh, payment);
  if (payment.intentId) return secretOf(deps, payment, payment.intentId);
  const key = idempotencyKey(payment, "create");
  try {
    // Never paused for calls that may yet act: of two PaymentIntents only one's client secret leaves.
    const { intent, clientSecret } = await stripe.create(
      { id: payment._id, amount: payment.amount, meshId: mesh.id },
      key,
    );
    await attach(deps, opening, { intentId: intent.id, meshId: mesh.id, withSecret: true });
    deps.secrets.keep(intent.id, clientSecret);
    return clientSecret;
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
    return afterCreateFailed(deps, opening, { meshId: mesh.id, key, failure: error });
  }
}

/** The client secret of a PaymentIntent that is the payment's already. */
async function secretOf(deps: StartPaymentDependencies, payment: Payment, intentId: string): Promise<string> {
  const { payments, stripe, secrets, clock } = deps;
  const secret = secrets.find(intentId) ?? (await orUnavailable(stripe.fetchClientSecret(intentId)));
  secrets.keep(intentId, secret);
  if (!payment.clientSecretTime) {
    await payments.update(payment._id, (current) => secretHandedOut(current, clock()));
  }
  return secret;
}

/** Saves the PaymentIntent; one that lost to a payment that is given up, or to another one, is canceled. */
async function attach(deps: StartPaymentDependencies, opening: Opening, made: MadeIntent): Promise<void> {
  const { payments, stripe, clock } = deps;
  const { payment, isNew } = opening;
  if (isNew && (await payments.insert(startWith(payment, made, clock()))) === "inserted") return;
  try {
    const attached = (current: Payment) => attachIntent(current, made, clock());
    await payments.update(payment._id, attached, isNew ? undefined : payment);
  } catch (error) {
    if (isRefusedFor(error, ...USELESS)) {
      await stripe.cancel(made.intentId).catch(() => undefined);
    }
    throw error;
  }
}

/** What a failed call may have made is looked for, and taken: its client secret. Throws the failure otherwise. */
async function afterCreateFailed(
  deps: StartPaymentDependencies,
  opening: Opening,
  { meshId, key, failure }: { meshId: string; key: string; failure: StripeFailure },
): Promise<string> {
  const { payments, stripe, graceMs, clock, log } = deps;
  const { payment } = opening;
  if (failure.kind === "refused") {
    log.error(
      { orderId: payment._id, err: failure, stripeCode: failure.code },
      "Stripe takes no such payment",
    );
    await change(payments, opening, (current) => fail(current, "create", failure.code, clock()));
    throw paymentRefused(failure.code);
  }
  if (failure.kind === "unknown") {
    const intentId = await orUnavailable(stripe.findByOperation({ meshId }, key));
    if (intentId) {
      await attach(deps, opening, { intentId, meshId, withSecret: false });
      return secretOf(deps, payment, intentId);
    }
    const failed = { action: "create" as const, key, failure };
    await change(payments, opening, (current) => afterFailure(current, failed, clock(), graceMs));
  }
  throw failure;
}
