import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Client, Connection } from "@temporalio/client";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import { lifecycleId } from "@ticketing/workflows/names";
import { createWorkflowStarter } from "@ticketing/workflows/starter";
import { enter, type Person } from "../support/clients.ts";
import { expiry } from "../support/people.ts";
import { listWithRetries, lockWithRetries, newOrder, retry, stories } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { eventually, startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { whileStopped } from "../support/while-stopped.ts";
import { waitUntilConsistent } from "./audit.ts";
import { allEnd, begun, createMany, errand, goesOn, timeOf } from "./many-orders.ts";
import { trade, unclear } from "./traffic.ts";

/** The deadline of a unary call is 10 s; the rest is for a machine under load. */
const BOUND_MS = 13_000;
const SHARE = 20;
let mesh: TestMesh;
let connection: Connection;
let temporal: Client;
let seller: Person;
let buyers: Person[];
let operator: Person;

beforeAll(async () => {
  mesh = await startTestMesh({
    LOCK_DURATION: "30s",
    LOCK_LIMIT: "1000",
    LAPSE_LIMIT: "1000",
    ACCESS_TOKEN_LIFETIME: "1h",
    RECONCILE_EVERY: "365d",
    RECONCILE_FULL_EVERY: "365d",
    OPERATOR_EMAILS: "operator@example.com",
  });
  connection = await Connection.connect({ address: mesh.addresses.temporal });
  temporal = new Client({ connection });
  seller = await mesh.person("seller");
  buyers = await Promise.all(["a", "b", "c", "d"].map(mesh.person));
  const account = { email: "operator@example.com", password: randomUUID(), displayName: "Operator" };
  operator = await enter(mesh.addresses.gateway, account);
  await stories.purchase(mesh, seller, buyers[0] as Person);
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await mesh?.close();
}, 60_000);

const frozen = <T>(name: string, work: () => Promise<T>): Promise<T> => whileStopped(mesh, name, work);

/** A lifecycle that needs no payments: the order is not there. */
async function endOfUnknownOrder(): Promise<void> {
  const id = randomUUID();
  await createWorkflowStarter(temporal).startLifecycle(id);
  const ended = temporal.workflow.getHandle(lifecycleId(id)).result();
  await expect(ended).rejects.toMatchObject({ cause: { type: "ORDER_NOT_FOUND" } });
}

/** That a call fails, in time, in a way from which its client can tell that it may try again. */
async function failsInTime(call: () => Promise<unknown>): Promise<void> {
  const failing = async () => {
    const { code } = ConnectError.from(
      await call().then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    expect([Code.Unavailable, Code.DeadlineExceeded]).toContain(code);
  };
  expect(await timeOf(failing)).toBeLessThan(BOUND_MS);
}

/** What the operators' overview says: whether a service serves, and whether one that uses another reaches it. */
async function overview() {
  const { replicas } = await operator.operations.getOverview({});
  return {
    serves: (service: string) => replicas.some((each) => each.service === service && each.serving),
    reaches: (service: string, other: string) =>
      replicas.some(
        ({ service: name, dependencies }) =>
          name === service && dependencies.some((used) => used.name === other && used.reachable),
      ),
  };
}

(process.env.QUICK ? describe.skip : describe)("a process that is frozen, its connections open", () => {
  it("payments: callers are told in time, orders that need no payments go on, all end well", async () => {
    await reported("payments frozen amid many orders", async () => {
      const [buyer, rival] = buyers as [Person, Person];
      const ending = await errand(endOfUnknownOrder);
      const shopping = await errand(async () => lockWithRetries(rival, await listWithRetries(seller)));
      const start = () => createMany(SHARE, () => begun(seller, buyer));
      const [paid, cancelled, lapsing] = [await start(), await start(), await start()];
      const ordersOf = (group: typeof paid) => group.map(({ order }) => order);
      const [{ order: lapsed }] = lapsing as [(typeof lapsing)[0]];

      await eventually(async () => (await overview()).reaches("workflows", "payments") || undefined);
      await frozen("payments", async () => {
        await Promise.all([
          ...paid.map(({ payment }) => confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa")),
          ...ordersOf(cancelled).map(({ id }) => buyer.orders.cancelOrder({ orderId: id })),
          ...ordersOf(lapsing).map(({ id }) =>
            failsInTime(() => buyer.payments.startPayment({ orderId: id })),
          ),
          ...ordersOf(lapsing).map(({ id }) => failsInTime(() => buyer.payments.getPayment({ orderId: id }))),
        ]);
        await eventually(async () => {
          const { serves, reaches } = await overview();
          return serves("payments") || reaches("workflows", "payments") ? undefined : true;
        }, 20_000);
        await goesOn(ending);
        await goesOn(shopping);
        await sleep(expiry(lapsed).getTime() - Date.now());
        const { ticket } = await rival.tickets.getTicket({ ticketId: lapsed.ticketId });
        if (!ticket) throw new Error("the ticket is gone");
        await eventually(() => rival.orders.createOrder(newOrder(ticket)), 3_000);
        await goesOn(ending);
        expect((await overview()).serves("workflows")).toBe(true);
      });
      await allEnd(mesh, ordersOf(paid), OrderStatus.COMPLETE);
      await allEnd(mesh, ordersOf(cancelled), OrderStatus.CANCELLED);
      await allEnd(mesh, ordersOf(lapsing), OrderStatus.EXPIRED);
      await waitUntilConsistent(mesh, 120_000);
      return 3 * SHARE;
    });
  }, 360_000);

  it.each(["orders", "tickets", "temporal", "mongo"])(
    "%s: calls end in time with a clear error, and all converges",
    async (name) => {
      await reported(`process frozen under traffic: ${name}`, async () => {
        const over = new AbortController();
        const trading = trade(mesh, seller, buyers, over.signal);
        await sleep(1_500);
        await frozen(name, () => sleep(BOUND_MS));
        await sleep(1_500);
        over.abort();
        const traffic = await trading;
        expect(unclear(traffic)).toEqual([]);
        expect(traffic.slowestMs).toBeLessThan(BOUND_MS);
        await retry(() => stories.purchase(mesh, seller, buyers[0] as Person));
        const records = await waitUntilConsistent(mesh, 120_000);
        const [tickets, orders] = [records.tickets, records.orders].map(
          (rows) => new Set(rows.map(({ _id }) => _id)),
        );
        expect(traffic.tickets.filter((id) => !tickets?.has(id))).toEqual([]);
        expect(traffic.orders.filter((id) => !orders?.has(id))).toEqual([]);
        return traffic.calls;
      });
    },
    240_000,
  );
});
