import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Client, Connection } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { makeVersionCurrent } from "@ticketing/launcher/worker-version";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { createServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { silent } from "@ticketing/runtime/testing/service";
import { createLifecycleClients } from "@ticketing/workflows/clients";
import { LIFECYCLE, lifecycleId, refundId } from "@ticketing/workflows/names";
import { createOrderLifecycleActivities } from "@ticketing/workflows/order-lifecycle/activities";
import { createRefundActivities } from "@ticketing/workflows/refund/activities";
import { createWorkflowStarter, type WorkflowStarter } from "@ticketing/workflows/starter";
import type { Person } from "../support/clients.ts";
import { listWithRetries, lockWithRetries, payWithRetries, retry, waitForEnd } from "../support/stories.ts";
import { clearFaults, injectFault } from "../support/stripe-control.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";

const HELD: readonly PaymentStatus[] = [PaymentStatus.AUTHORIZED, PaymentStatus.CAPTURED];
let mesh: TestMesh;
let connection: Connection;
let client: Client;
let starter: WorkflowStarter;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
  // The worker of the build before knows of no reconciliation.
  mesh = await startTestMesh({
    LOCK_DURATION: "60s",
    LOCK_LIMIT: "1000",
    RECONCILE_EVERY: "365d",
    RECONCILE_FULL_EVERY: "365d",
  });
  connection = await Connection.connect({ address: mesh.addresses.temporal });
  client = new Client({ connection });
  starter = createWorkflowStarter(client);
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await mesh?.close();
}, 60_000);

/** A worker of the build before, beside the mesh: no task is its own until its version is the current one. */
async function startWorkerBefore() {
  const address = (name: string) => [mesh.services[name]?.internal ?? ""];
  const keyFile = join(mesh.dataDir, "keys", "workflows.jwk.json");
  const clients = createLifecycleClients(
    {
      tickets: address("tickets"),
      orders: address("orders"),
      payments: address("payments"),
      payouts: address("payouts"),
      deliveries: address("deliveries"),
      cases: address("cases"),
    },
    await createServiceTokens({ name: "workflows", keyFile, log: silent }),
  );
  const native = await NativeConnection.connect({ address: mesh.addresses.temporal });
  const worker = await Worker.create({
    connection: native,
    taskQueue: LIFECYCLE.taskQueue,
    workflowsPath: join(import.meta.dirname, "workflow-change/before.ts"),
    activities: {
      ...createOrderLifecycleActivities(clients, { maxDeclines: 3 }),
      ...createRefundActivities(clients),
    },
    workerDeploymentOptions: {
      version: { deploymentName: LIFECYCLE.deployment, buildId: "before" },
      useWorkerVersioning: true,
      defaultVersioningBehavior: "AUTO_UPGRADE",
    },
  });
  const running = worker.run();
  await makeVersionCurrent(LIFECYCLE.deployment, {
    temporalAddress: mesh.addresses.temporal,
    workerBuildId: "before",
    settings: {},
  });
  return async () => {
    worker.shutdown();
    await running;
    await native.close();
    clients.close();
  };
}

/** Starts a refund as the build before did: on the queue of the lifecycles, the only one. */
async function startRefundBefore(order: Order): Promise<void> {
  await client.workflow.start("refund", {
    workflowId: refundId(order.id),
    taskQueue: LIFECYCLE.taskQueue,
    workflowIdReusePolicy: "ALLOW_DUPLICATE_FAILED_ONLY",
    args: [order.id],
  });
}

/** Waits until the refund has asked Stripe in vain. */
async function untilItWaitsForRefund(order: Order): Promise<void> {
  await retry(async () => {
    const { payment } = await buyer.payments.getPayment({ orderId: order.id });
    const { raw } = await client.workflow.getHandle(refundId(order.id)).describe();
    const waits = payment?.status === PaymentStatus.CAPTURED && raw.pendingActivities?.length;
    return waits ? true : undefined;
  });
}

/** Held, and known to be: a lifecycle whose worker is late may find it so as it begins, and take it at once. */
async function pay(order: Order): Promise<void> {
  await payWithRetries(mesh, buyer, order);
  await retry(async () => {
    const { payment } = await buyer.payments.getPayment({ orderId: order.id });
    return payment && HELD.includes(payment.status) ? true : undefined;
  });
}

/** Waits until the order's ticket is sold and its lifecycle has begun to wait for news of the money. */
async function untilItWaitsForMoney(order: Order): Promise<void> {
  await retry(async () => {
    const { ticket } = await buyer.tickets.getTicket({ ticketId: order.ticketId });
    return ticket?.status === TicketStatus.SOLD ? true : undefined;
  });
  // Three tries, and then the pause: its timer is the newest one in the history.
  await retry(async () => {
    const { events } = await client.workflow.getHandle(lifecycleId(order.id)).fetchHistory();
    const sold = events?.findLastIndex((event) => event.timerStartedEventAttributes) ?? -1;
    const seconds = Number(events?.[sold]?.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? 0);
    return seconds === 5 || seconds === 10 ? true : undefined;
  });
}

/** The changes that the lifecycle noted to run with. */
async function changes(order: Order): Promise<readonly unknown[]> {
  const { searchAttributes } = await client.workflow.getHandle(lifecycleId(order.id)).describe();
  return searchAttributes.TemporalChangeVersion ?? [];
}

describe("a change of workflow code", () => {
  it("lands while orders are under way: each goes on as it began, and all end by the table", async () => {
    await reported("patched() lands while orders are in flight", async () => {
      await mesh.process("workflows").kill();
      const stopBefore = await startWorkerBefore();
      const open = async () => {
        const order = await lockWithRetries(buyer, await listWithRetries(seller));
        await starter.startLifecycle(order.id);
        return order;
      };
      const [captured, waiting, abandoned] = [await open(), await open(), await open()];

      // One is amid the code that changes: sold, its money's outcome unknown, and its buyer would rather cancel.
      await pay(captured);
      await mesh.process("stripe").kill();
      await starter.wakeLifecycle(captured.id);
      await untilItWaitsForMoney(captured);
      await buyer.orders.cancelOrder({ orderId: captured.id });
      await starter.wakeLifecycle(captured.id);

      await stopBefore();
      await mesh.process("workflows").start();
      await sleep(2_000);
      await mesh.process("stripe").start();

      await waitForEnd(buyer, captured, OrderStatus.COMPLETE);
      await payWithRetries(mesh, buyer, waiting);
      await waitForEnd(buyer, waiting, OrderStatus.COMPLETE);
      await buyer.orders.cancelOrder({ orderId: abandoned.id });
      await waitForEnd(buyer, abandoned, OrderStatus.CANCELLED);

      // One that comes to the changed code now runs it.
      const after = await lockWithRetries(buyer, await listWithRetries(seller));
      await mesh.process("workflows").kill();
      await pay(after);
      await mesh.process("stripe").kill();
      await mesh.process("workflows").start();
      await untilItWaitsForMoney(after);
      await mesh.process("stripe").start();
      await starter.wakeLifecycle(after.id);
      await waitForEnd(buyer, after, OrderStatus.COMPLETE);

      expect(await changes(captured)).toEqual([]);
      expect(await changes(after)).toEqual(["capture-listens"]);
      await waitUntilConsistent(mesh);
      return 4;
    });
  }, 240_000);

  it("goes there and back: refunds that began on either release's queue end, and purchases go on", async () => {
    await reported("queues of a release, and rollback from it", async () => {
      const bought = async () => {
        const order = await lockWithRetries(buyer, await listWithRetries(seller));
        await starter.startLifecycle(order.id);
        await pay(order);
        await starter.wakeLifecycle(order.id);
        await waitForEnd(buyer, order, OrderStatus.COMPLETE);
        return order;
      };
      // The release comes while a refund waits on the queue of the release before.
      const early = await bought();
      await mesh.process("workflows").kill();
      await buyer.orders.requestRefund({ orderId: early.id });
      await startRefundBefore(early);
      await mesh.process("workflows").start();
      await waitForEnd(buyer, early, OrderStatus.REFUNDED);

      // It goes away again while a refund waits on the queue that only it knows, and an order for its deadline.
      const waiting = await lockWithRetries(buyer, await listWithRetries(seller));
      await retry(async () => {
        const { historyLength } = await client.workflow.getHandle(lifecycleId(waiting.id)).describe();
        return historyLength === 1 ? true : undefined;
      });
      const late = await bought();
      await injectFault(mesh, { kind: "error_before", operation: "refunds.create" });
      await buyer.orders.requestRefund({ orderId: late.id });
      await untilItWaitsForRefund(late);
      await mesh.process("workflows").kill();
      const stopBefore = await startWorkerBefore();
      await clearFaults(mesh);
      await pay(waiting);
      await starter.wakeLifecycle(waiting.id);
      await waitForEnd(buyer, waiting, OrderStatus.COMPLETE);
      const after = await bought();
      await buyer.orders.requestRefund({ orderId: after.id });
      await startRefundBefore(after);
      await waitForEnd(buyer, after, OrderStatus.REFUNDED);
      // As the page on clusters says: what waits there ends, and begins again where the older release looks.
      await client.workflow.getHandle(refundId(late.id)).terminate("rollback");
      await startRefundBefore(late);
      await waitForEnd(buyer, late, OrderStatus.REFUNDED);
      await stopBefore();
      await mesh.process("workflows").start();
      await waitUntilConsistent(mesh);
      return 3;
    });
  }, 240_000);
});
