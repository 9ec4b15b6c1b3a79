import { EventDirectoryService } from "@ticketing/proto/events/internal/v1/event_directory_service";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { PayoutService } from "@ticketing/proto/payouts/v1/payout_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { createStripeKeyWatch } from "@ticketing/runtime/stripe/stripe-key-watch";
import { webhookSecrets } from "@ticketing/runtime/stripe/stripe-keys";
import { createAccountWebhook } from "./account-webhook.ts";
import { config as readConfig } from "./config.ts";
import { createEarningStore, earningAggregate } from "./earning-aggregate.ts";
import { createEarningRecords } from "./earning-records.ts";
import { createEventEnds } from "./event-ends.ts";
import { createMoneyMoves } from "./move-money.ts";
import { createDebtNetting } from "./net-debts.ts";
import { onOrderEvent } from "./on-order-event.ts";
import { createPayoutLifecycleService } from "./payout-lifecycle-service.ts";
import { createPayoutService, LOOK_RATE, ONBOARDING_RATE } from "./payout-service.ts";
import { releaseDue } from "./release-due.ts";
import { createSellerAccountStore, sellerAccountAggregate } from "./seller-account-aggregate.ts";
import { createSellerAccounts } from "./seller-accounts.ts";
import { createStripeGateway } from "./stripe-gateway.ts";

const config = readConfig();

await runProcess("payouts", config, async ({ database, events, log, callee }) => {
  const { db } = await database(config.MONGODB_URI);
  const orders = await callee(OrderLifecycleService, "orders", config.ORDERS_ADDRESS);
  const directory = await callee(EventDirectoryService, "events", config.EVENTS_ADDRESS);
  const { relay: accountRelay, ...storedAccounts } = await sellerAccountAggregate.open({ db, events, log });
  const { relay, ...storedEarnings } = await earningAggregate.open({ db, events, log });
  const earnings = createEarningStore(storedEarnings);
  const keyWatch = createStripeKeyWatch(log);
  const stripe = createStripeGateway({
    secretKey: config.STRIPE_SECRET_KEY,
    url: config.STRIPE_URL,
    keyWatch,
    webhookSecrets: webhookSecrets(config.STRIPE_CONNECT_WEBHOOK_SECRET),
  });
  const graceMs = config.STRIPE_GRACE;
  const accounts = createSellerAccounts({
    ...{ accounts: createSellerAccountStore(storedAccounts), earnings, stripe, graceMs, clock },
    backUrl: new URL("/get-paid", config.PUBLIC_URL).href,
  });
  const netting = createDebtNetting({ earnings, clock });
  const moves = createMoneyMoves({ earnings, netting, accounts, stripe, graceMs, clock, log });
  const eventEnds = createEventEnds({ directory, lengthMs: config.EVENT_LENGTH });
  const sales = { earnings, orders, eventEnds, claimWindowMs: config.CLAIM_WINDOW, clock };

  events.consume({
    stream: "ORDERS",
    durable: "payouts",
    filter: "evt.orders.>",
    handle: onOrderEvent(sales),
  });
  const stopReleasing = releaseDue({ earnings, rate: config.RELEASE_RATE, clock, log });

  const payoutService = createPayoutService({
    ...{ earnings, accounts },
    onboardingLimit: createRateLimit(ONBOARDING_RATE, clock),
    lookLimit: createRateLimit(LOOK_RATE, clock),
    unfreezeLimits: config.UNFREEZE_SECOND_PERSON_LIMIT,
    clock,
  });
  const payoutLifecycleService = createPayoutLifecycleService({
    ...{ ...sales, earnings, moves },
    records: createEarningRecords({ earnings, stripe, clock }),
  });
  return {
    publicRoutes: (router) => router.service(PayoutService, payoutService),
    publicHttp: { "/webhooks/stripe-connect": createAccountWebhook({ accounts, stripe }) },
    internalRoutes: (router) => router.service(PayoutLifecycleService, payoutLifecycleService),
    uses: { stripe: keyWatch.ping },
    relays: [accountRelay, relay],
    close: [stopReleasing],
  };
});
