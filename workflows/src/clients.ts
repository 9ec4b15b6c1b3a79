import type { Client } from "@connectrpc/connect";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { ServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import type { TransportSecurity } from "@ticketing/runtime/process/transport-security";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";

/** Stripe may take its time: payments answers within its own bounds, well below this. */
const PAYMENTS_DEADLINE_MS = 14_000;

/** The services that the workflows act through. */
export interface LifecycleClients {
  tickets: Client<typeof TicketLockService>;
  orders: Client<typeof OrderLifecycleService>;
  payments: Client<typeof PaymentLifecycleService>;
}

export function createLifecycleClients(
  addresses: Readonly<Record<"tickets" | "orders" | "payments", readonly string[]>>,
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
    deadlineMs: PAYMENTS_DEADLINE_MS,
  });
  return {
    tickets,
    orders,
    payments,
    pings: { tickets: tickets.ping, orders: orders.ping, payments: payments.ping },
    close() {
      for (const client of [tickets, orders, payments]) client.close();
    },
  };
}
