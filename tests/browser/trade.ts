import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Person } from "../support/clients.ts";
import { watchUntil } from "../support/people.ts";
import type { BrowserMesh } from "./shared-mesh.ts";

/** What people do elsewhere while a test looks at a page: through the API, for real. */

/** Lists a ticket, for the 20th day from now unless another start is given. */
export async function list(
  seller: Person,
  title: string,
  minorUnits = 4_500,
  start = new Date(Date.now() + 20 * 24 * 3_600_000),
): Promise<Ticket> {
  const { ticket } = await seller.tickets.createTicket({
    requestId: randomUUID(),
    title: "Two rows from the stage",
    category: Category.CONCERT,
    event: {
      title,
      venue: "Old Mill",
      city: "Graz",
      startTime: timestampFromDate(start),
    },
    seat: { section: "Stalls", row: "B", number: "7" },
    price: { minorUnits: BigInt(minorUnits), currency: "EUR" },
  });
  return present(ticket);
}

/** Holds a ticket for a buyer. */
export async function lock(buyer: Person, ticket: Ticket): Promise<Order> {
  const { order } = await buyer.orders.createOrder({
    requestId: randomUUID(),
    ticketId: ticket.id,
    expectedPrice: present(ticket.price),
  });
  return present(order);
}

/** Pays for an order with a card that works; it completes a moment later. */
export async function pay(mesh: BrowserMesh, buyer: Person, order: Order): Promise<void> {
  const payment = await buyer.payments.startPayment({ orderId: order.id });
  const confirmed = await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
  if (!confirmed.ok) throw new Error(`the card was declined: ${confirmed.declineCode}`);
}

/** Buys a ticket. */
export async function buy(mesh: BrowserMesh, buyer: Person, ticket: Ticket): Promise<Order> {
  const order = await lock(buyer, ticket);
  await pay(mesh, buyer, order);
  return watchUntil(buyer, order.id, OrderStatus.COMPLETE, 30_000);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("an answer without what it should hold");
  return value;
}
