import type { Client } from "@connectrpc/connect";
import { CaseLifecycleService } from "@ticketing/proto/cases/internal/v1/case_lifecycle_service";
import { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { ServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import type { TransportSecurity } from "@ticketing/runtime/process/transport-security";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";

/** Stripe may take its time: who asks it answers within bounds of its own, below this. */
const STRIPE_DEADLINE_MS = 14_000;

/** The services that the workflows act through. */
export interface LifecycleClients {
  tickets: Client<typeof TicketLockService>;
  orders: Client<typeof OrderLifecycleService>;
  payments: Client<typeof PaymentLifecycleService>;
  payouts: Client<typeof PayoutLifecycleService>;
  deliveries: Client<typeof DeliveryLifecycleService>;
  cases: Client<typeof CaseLifecycleService>;
}

/** The services whose books reconciliation compares. */
export type BookClients = Pick<LifecycleClients, "tickets" | "orders" | "payments" | "payouts">;

/** The services that an order needs until it is complete. */
export type OrderClients = Omit<LifecycleClients, "payouts" | "deliveries" | "cases">;

export function createLifecycleClients(
  addresses: Readonly<Record<keyof LifecycleClients, readonly string[]>>,
  tokens: ServiceTokens,
  security?: TransportSecurity,
): LifecycleClients & { pings: Record<keyof LifecycleClients, () => Promise<void>>; close(): void } {
  const tickets = createInternalClient(TicketLockService, {
    addresses: addresses.tickets,
    callee: "tickets",
    tokens,
    security,
  });
  const orders = createInternalClient(OrderLifecycleService, {
    addresses: addresses.orders,
    callee: "orders",
    tokens,
    security,
  });
  const payments = createInternalClient(PaymentLifecycleService, {
    addresses: addresses.payments,
    callee: "payments",
    tokens,
    security,
    deadlineMs: STRIPE_DEADLINE_MS,
  });
  const payouts = createInternalClient(PayoutLifecycleService, {
    addresses: addresses.payouts,
    callee: "payouts",
    tokens,
    security,
    deadlineMs: STRIPE_DEADLINE_MS,
  });
  const deliveries = createInternalClient(DeliveryLifecycleService, {
    addresses: addresses.deliveries,
    callee: "deliveries",
    tokens,
    security,
  });
  const cases = createInternalClient(CaseLifecycleService, {
    addresses: addresses.cases,
    callee: "cases",
    tokens,
    security,
  });
  return {
    tickets,
    orders,
    payments,
    payouts,
    deliveries,
    cases,
    pings: {
      tickets: tickets.ping,
      orders: orders.ping,
      payments: payments.ping,
      payouts: payouts.ping,
      deliveries: deliveries.ping,
      cases: cases.ping,
    },
    close() {
      for (const client of [tickets, orders, payments, payouts, deliveries, cases]) client.close();
    },
  };
}
