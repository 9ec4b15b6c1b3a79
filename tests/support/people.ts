import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import type { Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { CreateTicketRequestSchema } from "@ticketing/proto/tickets/v1/ticket_service";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import { enter, type Person } from "./clients.ts";

/** Three new people with accounts at one gateway. */
export interface Cast {
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  readonly stripe: string;
}

export async function createCast({ gateway, stripe }: { gateway: string; stripe: string }): Promise<Cast> {
  const person = (displayName: string) => {
    const email = `${displayName.toLowerCase()}-${randomUUID()}@example.com`;
    return enter(gateway, { email, password: randomUUID(), displayName });
  };
  const [alice, bob, carol] = await Promise.all([person("Alice"), person("Bob"), person("Carol")]);
  return { alice, bob, carol, stripe };
}

export async function listTicket(seller: Person, title: string, minorUnits: bigint): Promise<Ticket> {
  const start = new Date(Date.now() + 30 * 24 * 3_600_000);
  const request: MessageInitShape<typeof CreateTicketRequestSchema> = {
    requestId: randomUUID(),
    title,
    category: Category.CONCERT,
    event: { title, venue: "Demo Hall", city: "Boston", startTime: timestampFromDate(start) },
    seat: { section: "Floor", row: "A", number: "7" },
    price: { minorUnits, currency: "USD" },
  };
  const { ticket } = await seller.tickets.createTicket(request);
  return present(ticket, "CreateTicket gave no ticket");
}

/** Tries to buy: locks the ticket at the price that it was listed for. */
export async function lockTicket(buyer: Person, ticket: Ticket): Promise<Order> {
  const request = { requestId: randomUUID(), ticketId: ticket.id, expectedPrice: ticket.price };
  const { order } = await buyer.orders.createOrder(request);
  return present(order, "CreateOrder gave no order");
}

/** Pays with a card that works and waits until the order says so. */
export async function pay(cast: Cast, buyer: Person, order: Order, status: OrderStatus): Promise<Order> {
  const payment = await buyer.payments.startPayment({ orderId: order.id });
  const confirmed = await confirmPayment(cast.stripe, payment, "pm_card_visa");
  if (!confirmed.ok) throw new Error(`the card was declined: ${confirmed.declineCode}`);
  return watchUntil(buyer, order.id, status, 30_000);
}

/** Follows an order's live view until it has this status. */
export async function watchUntil(
  person: Person,
  orderId: string,
  status: OrderStatus,
  ms: number,
): Promise<Order> {
  // Leaving the loop ends neither a Connect stream nor the timer of its `timeoutMs`; a signal does.
  const seen = new AbortController();
  const signal = AbortSignal.any([seen.signal, AbortSignal.timeout(ms)]);
  try {
    for await (const { order } of person.orders.watchOrder({ orderId }, { signal })) {
      if (order?.status === status) return order;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    seen.abort();
  }
  throw new Error(`order ${orderId} was not ${status} within ${ms / 1000} s`);
}

/** The refusal's reason and metadata; that the call succeeded is the error here. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ reason: string; metadata: Record<string, string> }> {
  try {
    await call;
  } catch (error) {
    const [info] = ConnectError.from(error, Code.Unknown).findDetails(ErrorInfoSchema);
    if (info) return { reason: info.reason, metadata: info.metadata };
    throw error;
  }
  throw new Error("a call succeeded that should have been refused");
}

/** Whether search finds the ticket for sale; asks until it answers as wanted, for 5 s at most. */
export async function searchShows(person: Person, ticket: Ticket, wanted: boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; ; await sleep(100)) {
    const { tickets } = await person.catalog.searchTickets({
      filter: { query: ticket.title, onlyAvailable: true },
      pageSize: 100,
    });
    if (tickets.some((found) => found.ticket?.id === ticket.id) === wanted) return;
    if (Date.now() > deadline) throw new Error(`search still ${wanted ? "hides" : "shows"} ${ticket.title}`);
  }
}

/** How long a lock lasts on this mesh, seen at an order that is then cancelled. */
export async function lockSeconds({ alice, bob }: Cast): Promise<number> {
  const order = await lockTicket(bob, await listTicket(alice, "A look at the clock", 1_000n));
  await bob.orders.cancelOrder({ orderId: order.id });
  return Math.round(
    (expiry(order).getTime() - timestampDate(present(order.createTime, "no time")).getTime()) / 1000,
  );
}

export function expiry(order: Order): Date {
  return timestampDate(present(order.expireTime, "the order has no deadline"));
}

function present<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise);
  return value;
}
