import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { createStripeKeyWatch } from "@ticketing/runtime/stripe/stripe-key-watch";
import { webhookSecrets } from "@ticketing/runtime/stripe/stripe-keys";
import { createLossAcceptance } from "./accept-loss.ts";
import { createBalanceRecords } from "./balance-records.ts";
import { createClientSecrets } from "./client-secrets.ts";
import { config as readConfig } from "./config.ts";
import { createEvidenceActions } from "./evidence-actions.ts";
import { createEvidenceStore } from "./evidence-store.ts";
import { createIntentRecords } from "./intent-records.ts";
import { createMeshIdentity, openMeshStore } from "./mesh-store.ts";
import { createPaymentActions } from "./payment-actions.ts";
import { paymentAggregate } from "./payment-aggregate.ts";
import { createPaymentLifecycleService } from "./payment-lifecycle-service.ts";
import { createPaymentService } from "./payment-service.ts";
import { createPaymentStore } from "./payment-store.ts";
import { createPartRefunds } from "./refund-part.ts";
import { createSettlementCheck } from "./settlement.ts";
import { START_RATE } from "./start-payment.ts";
import { createStripeBalance } from "./stripe-balance.ts";
import { createStripeGateway } from "./stripe-gateway.ts";
import { createStripeWebhook } from "./stripe-webhook.ts";

const config = readConfig();

await runProcess("payments", config, async ({ database, events, log, callee }) => {
  const { db } = await database(config.MONGODB_URI);
  const orders = await callee(OrderLifecycleService, "orders", config.ORDERS_ADDRESS);
  const { relay, ...store } = await paymentAggregate.open({ db, events, log });
  const payments = createPaymentStore(store);
  const keyWatch = createStripeKeyWatch(log);
  const stripeAt = { secretKey: config.STRIPE_SECRET_KEY, url: config.STRIPE_URL, keyWatch };
  const stripe = createStripeGateway({
    ...stripeAt,
    webhookSecrets: webhookSecrets(config.STRIPE_WEBHOOK_SECRET),
  });
  const meshes = await openMeshStore(db, config.PUBLIC_URL, clock);
  const mesh = createMeshIdentity(meshes, clock);
  const graceMs = config.STRIPE_GRACE;
  const actions = createPaymentActions({ payments, stripe, mesh, clock, log, graceMs });
  const parts = createPartRefunds({ payments, actions, stripe, mesh, clock, log, graceMs });
  const telling = {
    evidence: await createEvidenceStore(db),
    ...{ actions, stripe, mesh, clock, log, graceMs },
  };
  const evidence = createEvidenceActions(telling);
  const losses = createLossAcceptance(telling);
  const intents = createIntentRecords({ payments, stripe, mesh });
  const balance = createBalanceRecords({ payments, stripe, balance: createStripeBalance(stripeAt), mesh });

  const paymentService = createPaymentService({
    payments,
    stripe,
    mesh,
    orders,
    publishableKey: config.STRIPE_PUBLISHABLE_KEY,
    // Stripe's script must come from Stripe: https://docs.stripe.com/js/including
    stripeJsUrl: new URL("/v3/", config.STRIPE_BROWSER_URL ?? config.STRIPE_URL ?? "https://js.stripe.com")
      .href,
    declineLimit: { count: config.DECLINE_LIMIT, windowMs: config.DECLINE_WINDOW },
    startLimit: createRateLimit(START_RATE, clock),
    secrets: createClientSecrets(clock),
    graceMs,
    clock,
    log,
  });
  const paymentLifecycleService = createPaymentLifecycleService({
    payments,
    actions,
    parts,
    intents,
    balance,
    evidence,
    losses,
    orders,
    clock,
  });

  if (!(await meshes.find()).atHome) {
    log.error(
      "this database was copied or moved: nothing is written to Stripe until `npm run mesh-id` was told which",
    );
  }

  return {
    publicRoutes: (router) => router.service(PaymentService, paymentService),
    publicHttp: { "/webhooks/stripe": createStripeWebhook({ payments, actions, stripe, mesh, clock }) },
    internalRoutes: (router) => router.service(PaymentLifecycleService, paymentLifecycleService),
    uses: {
      stripe: keyWatch.ping,
      settlement: createSettlementCheck({ offered: [...config.FEES.keys()], stripe, log }),
    },
    relays: [relay],
  };
});
