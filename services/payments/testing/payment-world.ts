import { createServer } from "node:http";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { createStripeKeyWatch } from "@ticketing/runtime/stripe/stripe-key-watch";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { freePort } from "@ticketing/servers/ports";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import { type StripeDouble, startStripeDouble } from "@ticketing/stripe-double/server";
import { createLossAcceptance } from "../src/accept-loss.ts";
import { createClientSecrets } from "../src/client-secrets.ts";
import { createEvidenceActions } from "../src/evidence-actions.ts";
import { createEvidenceStore } from "../src/evidence-store.ts";
import { createMeshIdentity, openMeshStore } from "../src/mesh-store.ts";
import type { OrderToPay } from "../src/order-to-pay.ts";
import type { Payment } from "../src/payment.ts";
import { createPaymentActions } from "../src/payment-actions.ts";
import { paymentAggregate } from "../src/payment-aggregate.ts";
import { createPaymentStore } from "../src/payment-store.ts";
import { createPartRefunds } from "../src/refund-part.ts";
import { START_RATE, startPayment } from "../src/start-payment.ts";
import { createStripeBalance } from "../src/stripe-balance.ts";
import { createStripeGateway, type StripeGateway } from "../src/stripe-gateway.ts";
import { createStripeWebhook } from "../src/stripe-webhook.ts";
import { webhookEventTypes } from "../src/webhook-event-types.ts";

/** A deadline that no spec comes to. */
export const inAMinute = (): number => performance.now() + 60_000;

/** Everything that moves money in this service, on a real database and the double of Stripe, without a server. */
export type PaymentWorld = Awaited<ReturnType<typeof openPaymentWorld>>;

export async function openPaymentWorld() {
  const database = await openSpecDatabase();
  const payments = createPaymentStore(await paymentAggregate.store(database.db));
  const webhookPort = await freePort();
  const double: StripeDouble = await startStripeDouble({
    webhookUrl: `http://127.0.0.1:${webhookPort}/webhooks/stripe`,
    webhookEvents: webhookEventTypes,
    webhookRetry: { firstRetry: 20, longestRetry: 100 },
  });
  const { url, secretKey, publishableKey, webhookSecret } = double;
  const log = { warn: () => undefined, error: () => undefined, info: () => undefined };
  const keyWatch = createStripeKeyWatch(log);
  // As while the endpoint's secret is replaced at Stripe.
  const webhookSecrets = [webhookSecret, "whsec_replaced"];
  const gateway = createStripeGateway({ secretKey, webhookSecrets, url, keyWatch });
  const balance = createStripeBalance({ secretKey, url, keyWatch });
  const calls: string[] = [];
  const stripe = new Proxy(gateway, {
    get(target, name: keyof StripeGateway) {
      calls.push(name);
      return target[name];
    },
  });
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead);
  const meshes = await openMeshStore(database.db, "https://tickets.example.com", clock);
  const mesh = createMeshIdentity(meshes, clock);
  const graceMs = 60_000;
  const declineLimit = { count: 10, windowMs: 3_600_000 };
  const startLimit = createRateLimit(START_RATE, clock);
  const secrets = createClientSecrets(clock);
  const deps = { payments, stripe, mesh, clock, log, graceMs, declineLimit, startLimit, secrets };
  const actions = createPaymentActions(deps);
  const told = await createEvidenceStore(database.db);
  const evidence = createEvidenceActions({ ...deps, evidence: told, actions });
  const losses = createLossAcceptance({ ...deps, evidence: told, actions });
  const webhook = createStripeWebhook({ ...deps, actions });
  const parts = createPartRefunds({ ...deps, actions });

  /** Where the double sends its webhooks, as the service's own server passes them on. */
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", headers } = request;
    const answer = await webhook({ method, headers, body: Buffer.concat(chunks) }).catch(() => ({
      status: 500,
    }));
    response.writeHead(answer.status).end();
  });
  await new Promise<void>((resolve) => receiver.listen(webhookPort, "127.0.0.1", resolve));

  let orders = 0;
  const world = {
    ...deps,
    meshes,
    db: database.db,
    balance,
    actions,
    parts,
    evidence,
    losses,
    webhook,
    double,
    keyWatch,
    gateway,
    /** What was asked of the gateway, by the names of its methods. */
    calls,
    /** Lets time pass for the service; Stripe's goes on as it does. */
    wait: (ms: number) => {
      ahead += ms;
    },
    /** An order that nobody has paid. */
    order: (buyerId = `buyer-${orders + 1}`) => ({
      id: `order-${++orders}`,
      buyerId,
      price: { minorUnits: 4_500, currency: "USD" },
    }),
    start: (order: OrderToPay) => startPayment(deps, order, inAMinute()),
    /** What the buyer's browser does. */
    confirm: (clientSecret: string, card = "pm_card_visa") =>
      confirmPayment(url, { clientSecret, publishableKey }, card),
    /** A payment whose hold of money is recorded. */
    async authorized(card = "pm_card_visa"): Promise<Payment> {
      const order = world.order();
      await world.confirm(await world.start(order), card);
      return actions.refresh(await world.payment(order.id));
    },
    async payment(id: string): Promise<Payment> {
      const found = await payments.find(id);
      if (!found) throw new Error(`there is no payment ${id}`);
      return found;
    },
    /** The PaymentIntents of an order at the double. */
    intents: (orderId: string) =>
      double.state.paymentIntents.all().filter((intent) => intent.metadata.order_id === orderId),
    refunds: (orderId: string) => {
      const ids = world.intents(orderId).map(({ id }) => id);
      return double.state.refunds.all().filter((refund) => ids.includes(String(refund.payment_intent)));
    },
    /** What becomes of a refund of an order, the newest unless told which, as the double's control has it. */
    async settleRefund(orderId: string, outcome: { status: string; failure_reason?: string }, which = -1) {
      const refund = world.refunds(orderId).at(which)?.id;
      const body = JSON.stringify({ refund, ...outcome });
      const { ok } = await fetch(`${url}/control/refunds/settle`, { method: "POST", body });
      if (!ok) throw new Error(`the refund ${refund} could not become ${outcome.status}`);
    },
    async close() {
      await double.close();
      await new Promise((resolve) => receiver.close(resolve));
      await database.close();
    },
  };
  return world;
}
