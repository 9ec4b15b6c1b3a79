import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { announceEvent, cancelAsOperator } from "../support/announced-event.ts";
import type { Person } from "../support/clients.ts";
import { lockWithRetries, payWithRetries, retry, waitForEnd } from "../support/stories.ts";
import { clearFaults, injectFault } from "../support/stripe-control.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { readRecords, waitUntilConsistent } from "./audit.ts";
import { allEnd, createMany } from "./many-orders.ts";

const SIZE = process.env.QUICK ? 40 : 200;
let mesh: TestMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  mesh = await startTestMesh({
    LOCK_LIMIT: "1000",
    // The time to ask for a refund is over at once.
    REFUND_WINDOW: "1ms",
    EVENT_CANCELLATION_RATE: "10",
    RECONCILE_EVERY: "365d",
    RECONCILE_FULL_EVERY: "365d",
  });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

/** Waits until the event's cancellation was told to so many orders. */
const told = (wanted: number) =>
  retry(async () => {
    const { orders } = await readRecords(mesh);
    const asked = orders.filter((order) =>
      [order.cancelRequestedReason, order.refundReason].includes("event_cancelled"),
    );
    return asked.length >= wanted ? true : undefined;
  });

it(`an event with ${SIZE} orders is cancelled while workers and orders are killed and Stripe has too many calls`, async () => {
  await reported("orders of a cancelled event, amid kills and Stripe's rate limit", async () => {
    const { event, listed } = await announceEvent(seller, SIZE);
    const left = [...listed];
    const orders = await createMany(SIZE, async () => {
      const ticket = left.pop();
      if (!ticket) throw new Error("there is no ticket left");
      return lockWithRetries(buyer, ticket);
    });
    const [paid, held] = [orders.slice(SIZE / 2), orders.slice(0, SIZE / 2)];
    const unpaid = [...paid];
    await createMany(paid.length, async () => {
      const order = unpaid.pop();
      if (!order) throw new Error("there is no order left");
      await payWithRetries(mesh, buyer, order);
      await waitForEnd(buyer, order, OrderStatus.COMPLETE);
    });
    const busy = { kind: "reject", status: 429, type: "rate_limit_error", code: "rate_limit" };
    await injectFault(mesh, { ...busy, operation: "refunds.create", count: SIZE / 4 });
    await cancelAsOperator(mesh, event);
    for (const [name, share] of [
      ["workflows", 0.1],
      ["orders", 0.3],
      ["workflows", 0.5],
    ] as const) {
      await told(SIZE * share);
      await mesh.process(name).kill();
      await mesh.process(name).start();
    }
    await allEnd(mesh, held, OrderStatus.CANCELLED);
    await allEnd(mesh, paid, OrderStatus.REFUNDED);
    await clearFaults(mesh);
    const { tickets, stripe } = await waitUntilConsistent(mesh);
    expect(stripe.refunds).toHaveLength(paid.length);
    const ids = new Set(listed.map(({ id }) => id));
    const ofEvent = tickets.filter(({ _id }) => ids.has(_id));
    expect(ofEvent).toHaveLength(SIZE);
    for (const { storedStatus } of ofEvent) expect(storedStatus).toBe(TicketStatus.WITHDRAWN);
    return SIZE;
  });
}, 600_000);
