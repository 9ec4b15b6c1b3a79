import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { Client, Connection } from "@temporalio/client";
import type { Person } from "@ticketing/launcher/clients";
import { reported } from "@ticketing/launcher/suite-report";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { createWorkflowStarter } from "../../workflows/src/starter.ts";
import { calm, strike } from "../stripe-control.ts";
import { startTestMesh, type TestMesh } from "../test-mesh.ts";
import { ending, insist, listing, locking, stories } from "./stories.ts";

const STUCK = process.env.QUICK ? 60 : 200;
const AT_ONCE = 10;
let mesh: TestMesh;
let connection: Connection;
let temporal: Client;
let seller: Person;
let buyer: Person;
let innocent: Person;
let usualMs: number;

beforeAll(async () => {
  mesh = await startTestMesh({
    LOCK_DURATION: "300s",
    LOCK_LIMIT: "1000",
    LAPSE_LIMIT: "1000",
    ACCESS_TOKEN_LIFETIME: "1h",
    RECONCILE_EVERY: "365d",
  });
  connection = await Connection.connect({ address: mesh.addresses.temporal });
  temporal = new Client({ connection });
  [seller, buyer, innocent] = (await Promise.all(["seller", "buyer", "innocent"].map(mesh.person))) as [
    Person,
    Person,
    Person,
  ];
  await purchaseMs();
  usualMs = await purchaseMs();
}, 120_000);
afterEach(() => calm(mesh));
afterAll(async () => {
  await connection?.close();
  await mesh?.close();
}, 60_000);

/** How long a purchase takes, from the listing to the completed order. */
async function purchaseMs(): Promise<number> {
  const begun = performance.now();
  await stories.purchase(mesh, seller, innocent);
  return performance.now() - begun;
}

/** A purchase beside the stuck ones takes no longer than one alone, but for the machine that all of them share. */
async function purchasesGoOn(): Promise<void> {
  for (let n = 0; n < 3; n++) expect(await purchaseMs()).toBeLessThan(3 * usualMs + 5_000);
}

/** So many, a few at a time. */
async function crowd<T>(make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < STUCK) {
    made.push(...(await Promise.all(Array.from({ length: AT_ONCE }, make))));
  }
  return made;
}

/** Waits until so many workflows of a type have this status. */
const workflows = (type: string, status: string, wanted: number) =>
  insist(async () => {
    const query = `WorkflowType = "${type}" AND ExecutionStatus = "${status}"`;
    return (await temporal.workflow.count(query)).count >= wanted ? true : undefined;
  });

const readOrder = async (order: Order) => (await buyer.orders.getOrder({ orderId: order.id })).order;

describe(`${STUCK} orders that cannot go on stop no other`, () => {
  it("when they do not exist any more: their workflows end and say so", async () => {
    await reported("orders that do not exist beside a purchase", async () => {
      const starter = createWorkflowStarter(temporal);
      const gone = Array.from({ length: STUCK }, () => randomUUID());
      await Promise.all(gone.flatMap((id) => [starter.wakeLifecycle(id), starter.startRefund(id)]));
      await purchasesGoOn();
      await workflows("orderLifecycle", "Failed", STUCK);
      await workflows("refund", "Failed", STUCK);
      const ended = temporal.workflow.getHandle(`order-${gone[0]}`).result();
      await expect(ended).rejects.toMatchObject({ cause: { type: "ORDER_NOT_FOUND" } });
      return STUCK;
    });
  }, 240_000);

  it("when Stripe answers everything but the cancel: they end once it does", async () => {
    await reported("cancels that Stripe does not answer beside a purchase", async () => {
      const orders = await crowd(async () => {
        const order = await locking(buyer, await listing(seller));
        await insist(() => buyer.payments.startPayment({ orderId: order.id }));
        return order;
      });
      await strike(mesh, { kind: "error_before", operation: "payment_intents.cancel" });
      await Promise.all(orders.map((order) => insist(() => buyer.orders.cancelOrder({ orderId: order.id }))));
      await purchasesGoOn();
      expect((await readOrder(orders[0] as Order))?.status).toBe(OrderStatus.AWAITING_PAYMENT);
      await calm(mesh);
      await Promise.all(orders.map((order) => ending(buyer, order, OrderStatus.CANCELLED)));
      return STUCK;
    });
  }, 300_000);
});
