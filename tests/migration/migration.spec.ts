import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { cancelAsOperator } from "../support/announced-event.ts";
import { enter, type Person } from "../support/clients.ts";
import { waitForEnd } from "../support/stories.ts";
import { eventually, startTestMesh, type TestMesh } from "../support/test-mesh.ts";

/**
 * The data folder of a mesh of the release before events were known, after one seller had listed six tickets and one
 * buyer had bought two of them and given one back. Without keys, which a mesh makes anew, and without the broker's
 * streams, which have an age.
 */
const archive = fileURLToPath(new URL("release-before.tar.gz", import.meta.url));

let mesh: TestMesh;
let seller: Person;
let buyer: Person;
let tickets: Map<string, Ticket>;

beforeAll(async () => {
  mesh = await startTestMesh({}, { archive });
  const person = (name: string) =>
    enter(mesh.addresses.gateway, {
      email: `${name}@example.com`,
      password: `${name} of the release before`,
      displayName: name,
    });
  [seller, buyer] = [await person("seller"), await person("buyer")];
  tickets = await eventually(async () => {
    const { tickets } = await seller.tickets.listMyTickets({ pageSize: 100 });
    if (tickets.some(({ event }) => !event?.eventId)) return undefined;
    return new Map(tickets.map((ticket) => [ticket.title, ticket]));
  }, 60_000);
}, 180_000);
afterAll(() => mesh?.close(), 60_000);

const ticket = (n: number): Ticket => {
  const found = tickets.get(`Seat ${n}`);
  if (!found) throw new Error(`no ticket ${n}`);
  return found;
};
const eventIdOf = (n: number) => ticket(n).event?.eventId;

it("gives every listing an event, and those of the same event the same", () => {
  expect(tickets.size).toBe(6);
  for (const n of [2, 5, 6]) expect(eventIdOf(n)).toBe(eventIdOf(1));
  expect(new Set([1, 3, 4].map(eventIdOf)).size).toBe(3);
  expect([1, 3, 4].map((n) => ticket(n).event?.timeZone)).toEqual([
    "America/New_York",
    "America/New_York",
    "Etc/UTC",
  ]);
});

it("leaves what became of the tickets as it was", () => {
  const { AVAILABLE, SOLD, WITHDRAWN } = TicketStatus;
  expect([1, 2, 3, 4, 5, 6].map((n) => ticket(n).status)).toEqual([
    ...[AVAILABLE, AVAILABLE, WITHDRAWN],
    ...[AVAILABLE, SOLD, AVAILABLE],
  ]);
});

it("shows them under their event", async () => {
  const { events } = await eventually(async () => {
    const found = await seller.catalog.listEvents({ filter: { query: "long night" } });
    return found.events.reduce((sum, { availableCount }) => sum + availableCount, 0) === 4
      ? found
      : undefined;
  });
  expect(events.map(({ id, availableCount }) => [id, availableCount]).sort()).toEqual(
    [
      [eventIdOf(1), 3],
      [eventIdOf(4), 1],
    ].sort(),
  );
});

it("gives money back for a sale of the release before when its event is cancelled", async () => {
  const { orders } = await buyer.orders.listMyOrders({ pageSize: 100 });
  const sold = orders.find(({ status }) => status === OrderStatus.COMPLETE);
  if (!sold) throw new Error("no order is complete");
  const known = await eventually(async () => {
    const { order } = await buyer.orders.getOrder({ orderId: sold.id });
    return order?.ticket?.event?.eventId ? order.ticket.event : undefined;
  });
  expect(known.eventId).toBe(eventIdOf(5));
  const { event } = await buyer.events.getEvent({ eventId: known.eventId });
  if (!event) throw new Error("no event");
  await cancelAsOperator(mesh, event);
  await waitForEnd(buyer, sold, OrderStatus.REFUNDED);
  const { payment } = await buyer.payments.getPayment({ orderId: sold.id });
  expect(payment?.status).toBe(PaymentStatus.REFUNDED);
}, 120_000);
