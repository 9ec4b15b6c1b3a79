import { CaseLifecycleService } from "@ticketing/proto/cases/internal/v1/case_lifecycle_service";
import { CaseService } from "@ticketing/proto/cases/v1/case_service";
import { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { caseAggregate } from "./case-aggregate.ts";
import { createCaseLifecycleService } from "./case-lifecycle-service.ts";
import { createCaseService } from "./case-service.ts";
import { config as readConfig } from "./config.ts";
import { onDeliveryEvent } from "./follow-deliveries.ts";
import { followPayments } from "./follow-payments.ts";

const config = readConfig();

await runProcess("cases", config, async ({ database, events, log, callee }) => {
  const { db } = await database(config.MONGODB_URI);
  const orders = await callee(OrderLifecycleService, "orders", config.ORDERS_ADDRESS);
  const payouts = await callee(PayoutLifecycleService, "payouts", config.PAYOUTS_ADDRESS);
  const payments = await callee(PaymentLifecycleService, "payments", config.PAYMENTS_ADDRESS);
  const deliveries = await callee(DeliveryLifecycleService, "deliveries", config.DELIVERIES_ADDRESS);
  const cases = await caseAggregate.open({ db, events, log });
  const limits = config.CASE_SECOND_PERSON_LIMIT;
  const sources = { orders, payouts, deliveries };
  const switches = { partRefunds: config.PART_REFUNDS === "on", acceptLosses: config.ACCEPT_LOSSES === "on" };
  const caseService = createCaseService({ cases, sources, payments, payouts, limits, ...switches, clock });
  followPayments({ cases, orders, payouts, clock }, events);
  events.consume({
    stream: "DELIVERIES",
    durable: "cases",
    filter: "evt.deliveries.>",
    handle: onDeliveryEvent({ cases, sources, clock }),
  });
  const caseLifecycleService = createCaseLifecycleService({ cases, clock });
  return {
    publicRoutes: (router) => router.service(CaseService, caseService),
    internalRoutes: (router) => router.service(CaseLifecycleService, caseLifecycleService),
    relays: [cases.relay],
  };
});
