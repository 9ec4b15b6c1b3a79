import type { Clock } from "@ticketing/runtime/clock";
import { reasonOf } from "@ticketing/runtime/domain-error";
import { requireOurs } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import { advanceAttempt, attachIntent, idempotencyKey, type Money, requireOpen, start } from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";
import { StripeFailure, type StripeGateway } from "./stripe-gateway.ts";
import { stripeUnavailable } from "./stripe-unavailable.ts";

/**
 * Opens the order's payment and returns its client secret, the same PaymentIntent however often it is asked.
 * The secret leaves only after the PaymentIntent was saved against a payment that is still open: one that is
 * given up meanwhile wins, and the PaymentIntent is canceled. Throws PAYMENT_VOIDED, PAYMENTS_SUSPENDED,
 * INTENT_NOT_OURS or STRIPE_UNAVAILABLE.
 */
export async function startPayment(
  deps: { payments: PaymentStore; stripe: StripeGateway; mesh: MeshIdentity; clock: Clock },
  order: { id: string; buyerId: string; price: Money },
): Promise<string> {
  const { payments, stripe, clock } = deps;
  const fresh = start(order, clock());
  const known = await payments.find(order.id);
  if (!known) await payments.insert(fresh);
  const payment = requireOpen((known ?? (await payments.find(order.id))) || fresh);
  // Whoever has the client secret can pay: it is handed out by the mesh that the PaymentIntent belongs to.
  const mesh = await deps.mesh.readToWrite();
  requireOurs(mesh, payment);
  try {
    if (payment.intentId) return await stripe.fetchClientSecret(payment.intentId);
    const created = await stripe.create(
      { id: order.id, amount: payment.amount, meshId: mesh.id },
      idempotencyKey(payment, "create"),
    );
    const intentId = created.intent.id;
    try {
      await payments.update(order.id, (current) =>
        attachIntent(current, { intentId, meshId: mesh.id }, clock()),
      );
    } catch (error) {
      if (reasonOf(error))
        await stripe.cancel(intentId, `${order.id}:orphan:${intentId}`).catch(() => undefined);
      throw error;
    }
    return created.clientSecret;
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
    // Nobody ever saw the secret of a PaymentIntent that this failed call may have made: another one is safe.
    if (error.serverError && !payment.intentId) {
      await payments.update(order.id, (current) => advanceAttempt(current, "create", clock()));
    }
    throw stripeUnavailable();
  }
}
