import { randomUUID } from "node:crypto";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate, timestampMs } from "@bufbuild/protobuf/wkt";
import { eventId } from "@ticketing/catalog/projection/placing";
import { type Delivery, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { Category, EventSchema, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { CreateTicketRequestSchema } from "@ticketing/proto/tickets/v1/ticket_service";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import { enter, type Person } from "./clients.ts";
import { eventually, type TestMesh } from "./test-mesh.ts";

/** Repeats a call until it gives a result, as a patient client does: with the same request every time. */
export const retry = <T>(work: () => Promise<T | undefined>, ms = 90_000): Promise<T> => eventually(work, ms);

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

/** The id that search gives the event of a ticket. */
export function searchedEventId(event: MessageInitShape<typeof EventSchema> | undefined): string {
  const { title, venue, city, startTime, eventId: known } = create(EventSchema, event);
  return known || eventId({ title, venue, city, start: startTime ? timestampMs(startTime) : 0 });
}

/** In the evening of a day that no test reaches, by the clocks at the venue. */
export const EVENT_START = { start: { case: "localTime" as const, value: "2090-06-01T20:00" } };

/** A request for a venue; one of the same name is the same. */
export const newVenue = (name = "Playhouse") => ({ requestId: randomUUID(), name, city: "Boston" });

/** A request for an event at a venue; one of the same title is the same. */
export const newEvent = (venueId: string, title = "Hamlet") => ({
  requestId: randomUUID(),
  title,
  category: Category.THEATRE,
  venueId,
  start: EVENT_START,
});

/** A request to buy a ticket at the price that it was listed for. */
export const newOrder = (ticket: Ticket) => ({
  requestId: randomUUID(),
  ticketId: ticket.id,
  expectedPrice: ticket.price,
});

/** Lists one ticket; repeats the call until it succeeds. */
export function listWithRetries(seller: Person): Promise<Ticket> {
  const request = newListing();
  return retry(async () => (await seller.tickets.createTicket(request)).ticket);
}

/** Locks the ticket; repeats the call until it succeeds. */
export function lockWithRetries(buyer: Person, ticket: Ticket): Promise<Order> {
  const request = newOrder(ticket);
  return retry(async () => (await buyer.orders.createOrder(request)).order);
}

/** Starts the payment, repeated until it succeeds, and confirms it as a browser does. */
export async function payWithRetries(mesh: TestMesh, buyer: Person, order: Order): Promise<void> {
  const payment = await retry(() => buyer.payments.startPayment({ orderId: order.id }));
  const confirmed = await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
  if (!confirmed.ok) throw new Error(`the card was declined: ${confirmed.declineCode}`);
}

/** Delivers the ticket of a complete order; repeats the call until it succeeds. */
export function deliverWithRetries(
  seller: Person,
  { id }: Pick<Order, "id">,
  content: { case: "link" | "transferNote" | "uploadId"; value: string },
): Promise<Delivery> {
  return retry(async () => (await seller.deliveries.deliverTicket({ orderId: id, content })).delivery);
}

/** Waits until the order has ended; fails if it ended in another status than the wanted one. */
export async function waitForEnd(buyer: Person, order: Order, wanted: OrderStatus): Promise<void> {
  const status = await retry(async () => {
    const { order: now } = await buyer.orders.getOrder({ orderId: order.id });
    const waiting = wanted === OrderStatus.REFUNDED ? OrderStatus.COMPLETE : OrderStatus.AWAITING_PAYMENT;
    return now?.status === waiting ? undefined : now?.status;
  });
  if (status !== wanted) {
    throw new Error(`order ${order.id} is ${OrderStatus[status]} and not ${OrderStatus[wanted]}`);
  }
}

/** The courses that an order can take; each story returns the ticket and the order after the end. */
export const stories = {
  async arrival(mesh: TestMesh, seller: Person) {
    const account = { email: `${randomUUID()}@example.com`, password: randomUUID(), displayName: "New" };
    const buyer = await retry(() => enter(mesh.addresses.gateway, account));
    return stories.purchase(mesh, seller, buyer);
  },
  async purchase(mesh: TestMesh, seller: Person, buyer: Person) {
    const ticket = await listWithRetries(seller);
    const order = await lockWithRetries(buyer, ticket);
    await payWithRetries(mesh, buyer, order);
    await waitForEnd(buyer, order, OrderStatus.COMPLETE);
    return { ticket, order };
  },
  async cancellation(_mesh: TestMesh, seller: Person, buyer: Person) {
    const ticket = await listWithRetries(seller);
    const order = await lockWithRetries(buyer, ticket);
    await retry(() => buyer.payments.startPayment({ orderId: order.id }));
    await retry(() => buyer.orders.cancelOrder({ orderId: order.id }));
    await waitForEnd(buyer, order, OrderStatus.CANCELLED);
    return { ticket, order };
  },
  async expiry(_mesh: TestMesh, seller: Person, buyer: Person) {
    const ticket = await listWithRetries(seller);
    const order = await lockWithRetries(buyer, ticket);
    await retry(() => buyer.payments.startPayment({ orderId: order.id }));
    await waitForEnd(buyer, order, OrderStatus.EXPIRED);
    return { ticket, order };
  },
  async delivery(mesh: TestMesh, seller: Person, buyer: Person) {
    const sold = await stories.purchase(mesh, seller, buyer);
    const orderId = sold.order.id;
    const content = { case: "link" as const, value: "https://tickets.example/pass" };
    await deliverWithRetries(seller, sold.order, content);
    const opened = await retry(() => buyer.deliveries.openTicket({ orderId }));
    if (opened.content.value !== content.value) throw new Error(`order ${orderId} was delivered otherwise`);
    await retry(() => buyer.deliveries.confirmDelivery({ orderId }));
    return sold;
  },
  async refund(mesh: TestMesh, seller: Person, buyer: Person) {
    const sold = await stories.purchase(mesh, seller, buyer);
    await retry(() => buyer.orders.requestRefund({ orderId: sold.order.id }));
    await waitForEnd(buyer, sold.order, OrderStatus.REFUNDED);
    return sold;
  },
  async returned(mesh: TestMesh, seller: Person, buyer: Person) {
    const sold = await stories.purchase(mesh, seller, buyer);
    const orderId = sold.order.id;
    await deliverWithRetries(seller, sold.order, { case: "transferNote", value: "In the app" });
    await retry(() => buyer.orders.requestRefund({ orderId }));
    await waitForEnd(buyer, sold.order, OrderStatus.REFUNDED);
    await retry(async () => {
      const { delivery } = await buyer.deliveries.getDelivery({ orderId });
      return delivery?.status === DeliveryStatus.CANCELLED || undefined;
    });
    return sold;
  },
};
