import { randomUUID } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { CreateTicketRequestSchema } from "@ticketing/proto/tickets/v1/ticket_service";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import { enter, type Person } from "./clients.ts";
import { eventually, type TestMesh } from "./test-mesh.ts";

/** Until it works: what a patient client does, with the same request every time. */
export const insist = <T>(work: () => Promise<T | undefined>, ms = 90_000): Promise<T> =>
  eventually(work, ms);

export const PRICE = { minorUnits: 4_500n, currency: "USD" };

/** A request to list one ticket. */
export function newListing(
  title = `Seat ${randomUUID().slice(0, 8)}`,
  begins = new Date(Date.now() + 30 * 24 * 3_600_000),
): MessageInitShape<typeof CreateTicketRequestSchema> {
  const startTime = timestampFromDate(begins);
  return {
    requestId: randomUUID(),
    title,
    category: Category.CONCERT,
    event: { title, venue: "Hall", city: "Boston", startTime },
    seat: { section: "Floor", row: "A", number: "7" },
    price: PRICE,
  };
}

/** A request to buy a ticket at the price that it was listed for. */
export const newOrder = (ticket: Ticket) => ({
  requestId: randomUUID(),
  ticketId: ticket.id,
  expectedPrice: ticket.price,
});

/** Lists one ticket, however often it has to be asked. */
export function listing(seller: Person): Promise<Ticket> {
  const request = newListing();
  return insist(async () => (await seller.tickets.createTicket(request)).ticket);
}

/** Locks the ticket, however often it has to be asked. */
export function locking(buyer: Person, ticket: Ticket): Promise<Order> {
  const request = newOrder(ticket);
  return insist(async () => (await buyer.orders.createOrder(request)).order);
}

/** Begins the payment and confirms it as a browser does. */
export async function paying(mesh: TestMesh, buyer: Person, order: Order): Promise<void> {
  const payment = await insist(() => buyer.payments.startPayment({ orderId: order.id }));
  const confirmed = await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
  if (!confirmed.ok) throw new Error(`the card was declined: ${confirmed.declineCode}`);
}

/** Waits for the order's end; another end than the wanted one is the error. */
export async function ending(buyer: Person, order: Order, wanted: OrderStatus): Promise<void> {
  const status = await insist(async () => {
    const { order: now } = await buyer.orders.getOrder({ orderId: order.id });
    const waiting = wanted === OrderStatus.REFUNDED ? OrderStatus.COMPLETE : OrderStatus.AWAITING_PAYMENT;
    return now?.status === waiting ? undefined : now?.status;
  });
  if (status !== wanted) {
    throw new Error(`order ${order.id} is ${OrderStatus[status]} and not ${OrderStatus[wanted]}`);
  }
}

/** The lives that an order can have, and how a buyer comes to have one; each returns the ticket and the order at its end. */
export const stories = {
  async arrival(mesh: TestMesh, seller: Person) {
    const account = { email: `${randomUUID()}@example.com`, password: randomUUID(), displayName: "New" };
    const buyer = await insist(() => enter(mesh.addresses.gateway, account));
    return stories.purchase(mesh, seller, buyer);
  },
  async purchase(mesh: TestMesh, seller: Person, buyer: Person) {
    const ticket = await listing(seller);
    const order = await locking(buyer, ticket);
    await paying(mesh, buyer, order);
    await ending(buyer, order, OrderStatus.COMPLETE);
    return { ticket, order };
  },
  async cancellation(_mesh: TestMesh, seller: Person, buyer: Person) {
    const ticket = await listing(seller);
    const order = await locking(buyer, ticket);
    await insist(() => buyer.payments.startPayment({ orderId: order.id }));
    await insist(() => buyer.orders.cancelOrder({ orderId: order.id }));
    await ending(buyer, order, OrderStatus.CANCELLED);
    return { ticket, order };
  },
  async expiry(_mesh: TestMesh, seller: Person, buyer: Person) {
    const ticket = await listing(seller);
    const order = await locking(buyer, ticket);
    await insist(() => buyer.payments.startPayment({ orderId: order.id }));
    await ending(buyer, order, OrderStatus.EXPIRED);
    return { ticket, order };
  },
  async refund(mesh: TestMesh, seller: Person, buyer: Person) {
    const sold = await stories.purchase(mesh, seller, buyer);
    await insist(() => buyer.orders.requestRefund({ orderId: sold.order.id }));
    await ending(buyer, sold.order, OrderStatus.REFUNDED);
    return sold;
  },
};
