import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Person } from "../support/clients.ts";
import { refusal } from "../support/people.ts";
import {
  deliverWithRetries,
  lockWithRetries,
  newListing,
  payWithRetries,
  retry,
  stories,
  waitForEnd,
} from "../support/stories.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";

const LINK = { case: "link" as const, value: "https://tickets.example/pass/12" };
let mesh: TestMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  // Whoever sells a ticket for today has six seconds, and is reminded after the first half.
  mesh = await startTestMesh({
    ...{ DELIVERY_LEAST_TIME: "6s", DELIVERY_REMINDERS: "5500ms", OVERDUE_EVERY: "200ms" },
  });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

const delivery = async (orderId: string) => (await buyer.deliveries.getDelivery({ orderId })).delivery;
const isDue = async (orderId: string) =>
  (await seller.deliveries.listDeliveriesDue({ pageSize: 100 })).deliveries.some(({ id }) => id === orderId);

async function boughtForToday(): Promise<Order> {
  const request = newListing(undefined, new Date(Date.now() + 10 * 3_600_000));
  const ticket = await retry(async () => (await seller.tickets.createTicket(request)).ticket);
  const order = await lockWithRetries(buyer, ticket);
  await payWithRetries(mesh, buyer, order);
  await waitForEnd(buyer, order, OrderStatus.COMPLETE);
  return order;
}

it("a ticket that is sold is delivered, opened and confirmed, and then not given back", async () => {
  const { order } = await stories.purchase(mesh, seller, buyer);
  const orderId = order.id;
  const awaited = await retry(() => delivery(orderId));
  expect(awaited.status).toBe(DeliveryStatus.AWAITING_SELLER);
  expect(await isDue(orderId)).toBe(true);
  expect((await refusal(buyer.deliveries.openTicket({ orderId }))).reason).toBe("TICKET_NOT_DELIVERED");

  await deliverWithRetries(seller, order, LINK);
  expect(await isDue(orderId)).toBe(false);
  const opened = await buyer.deliveries.openTicket({ orderId });
  expect(opened.content).toEqual(LINK);
  expect((await seller.deliveries.getDelivery({ orderId })).delivery?.openings).toHaveLength(1);
  expect((await refusal(buyer.orders.requestRefund({ orderId }))).reason).toBe("TICKET_OPENED");

  const confirmed = await buyer.deliveries.confirmDelivery({ orderId });
  expect(confirmed.delivery?.timeline.map(({ transition }) => transition.case)).toEqual([
    "deliveryAwaited",
    "deliveryMade",
    "deliveryConfirmed",
  ]);
  const { order: now } = await buyer.orders.getOrder({ orderId });
  expect(now?.timeline.map(({ transition }) => transition.case)).toEqual([
    "orderCreated",
    "orderCompleted",
    "orderTicketOpened",
  ]);
}, 60_000);

it("a ticket whose money goes back is not shown, and its delivery ends", async () => {
  const { order } = await stories.purchase(mesh, seller, buyer);
  const orderId = order.id;
  await deliverWithRetries(seller, order, LINK);
  await buyer.orders.requestRefund({ orderId });
  expect(["REFUND_REQUESTED", "ORDER_NOT_COMPLETE", "DELIVERY_ENDED"]).toContain(
    (await refusal(buyer.deliveries.openTicket({ orderId }))).reason,
  );
  await waitForEnd(buyer, order, OrderStatus.REFUNDED);
  await retry(async () => (await delivery(orderId))?.status === DeliveryStatus.CANCELLED || undefined);
  expect((await refusal(buyer.deliveries.openTicket({ orderId }))).reason).toBe("DELIVERY_ENDED");
}, 60_000);

it("a ticket that is not delivered in time is overdue after a reminder, and can be delivered all the same", async () => {
  const order = await boughtForToday();
  const overdue = await retry(async () => {
    const now = await delivery(order.id);
    return now?.status === DeliveryStatus.OVERDUE ? now : undefined;
  });
  expect(overdue.timeline.map(({ transition }) => transition.case)).toEqual([
    "deliveryAwaited",
    "deliveryReminded",
    "deliveryOverdue",
  ]);
  expect(await isDue(order.id)).toBe(true);
  await deliverWithRetries(seller, order, { case: "transferNote", value: "In the Arena app" });
  const { content } = await buyer.deliveries.openTicket({ orderId: order.id });
  expect(content).toEqual({ case: "transferNote", value: "In the Arena app" });
}, 60_000);

it("a ticket is never both opened and given back, in ten races", async () => {
  for (let round = 0; round < 10; round++) {
    const { order } = await stories.purchase(mesh, seller, buyer);
    const orderId = order.id;
    await deliverWithRetries(seller, order, LINK);
    const open = () => buyer.deliveries.openTicket({ orderId });
    const giveBack = () => buyer.orders.requestRefund({ orderId });
    const [opened, refunded] = await Promise.allSettled(
      round % 2 ? [open(), giveBack()] : [giveBack(), open()].reverse(),
    );
    const { order: now } = await buyer.orders.getOrder({ orderId });
    expect([opened?.status, refunded?.status].sort()).toEqual(["fulfilled", "rejected"]);
    expect(now?.ticketOpenedTime !== undefined).toBe(opened?.status === "fulfilled");
    expect(now?.refundRequestedTime !== undefined).toBe(refunded?.status === "fulfilled");
  }
}, 120_000);
