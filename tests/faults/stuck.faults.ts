import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { Client, Connection } from "@temporalio/client";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import { refundId } from "@ticketing/workflows/names";
import { onOrderEvent } from "@ticketing/workflows/on-order-event";
import { createWorkflowStarter } from "@ticketing/workflows/starter";
import type { Person } from "../support/clients.ts";
import {
  listWithRetries,
  lockWithRetries,
  payWithRetries,
  retry,
  stories,
  waitForEnd,
} from "../support/stories.ts";
import { clearFaults, control, injectFault } from "../support/stripe-control.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, stripePayments, type TestMesh } from "../support/test-mesh.ts";
import { readRecords, waitUntilConsistent } from "./audit.ts";
import { allEnd, begun, createMany, type Errand, errand, goesOn, timeOf } from "./many-orders.ts";

const STUCK = process.env.QUICK ? 60 : 200;
let mesh: TestMesh;
let connection: Connection;
let temporal: Client;
let seller: Person;
let buyer: Person;
let innocent: Person;
let buying: Errand;

beforeAll(async () => {
  mesh = await startTestMesh({
    LOCK_DURATION: "300s",
    LOCK_LIMIT: "1000",
    LAPSE_LIMIT: "1000",
    ACCESS_TOKEN_LIFETIME: "1h",
    RECONCILE_EVERY: "365d",
    RECONCILE_FULL_EVERY: "365d",
  });
  connection = await Connection.connect({ address: mesh.addresses.temporal });
  temporal = new Client({ connection });
  [seller, buyer, innocent] = (await Promise.all(["seller", "buyer", "innocent"].map(mesh.person))) as [
    Person,
    Person,
    Person,
  ];
  buying = await errand(() => stories.purchase(mesh, seller, innocent));
}, 120_000);
afterEach(() => clearFaults(mesh));
afterAll(async () => {
  await connection?.close();
  await mesh?.close();
}, 60_000);

/** Waits until so many payments were asked to be given up. */
const givingUp = (wanted: number) =>
  retry(async () => {
    const { payments } = await readRecords(mesh);
    return payments.filter(({ voidRequestedTime }) => voidRequestedTime).length >= wanted ? true : undefined;
  });

/** Waits until the tickets of all of the orders are sold to them. */
const sold = (orders: Order[]) =>
  retry(async () => {
    const buyers = new Set((await readRecords(mesh)).tickets.map(({ soldOrderId }) => soldOrderId));
    return orders.every(({ id }) => buyers.has(id)) ? true : undefined;
  });

/** Waits until so many workflows of a type have this status. */
const workflows = (type: string, status: string, wanted: number) =>
  retry(async () => {
    const query = `WorkflowType = "${type}" AND ExecutionStatus = "${status}"`;
    return (await temporal.workflow.count(query)).count >= wanted ? true : undefined;
  });

const readOrder = async (order: Order) => (await buyer.orders.getOrder({ orderId: order.id })).order;

describe(`${STUCK} orders that cannot go on stop no other`, () => {
  it("when they do not exist any more: their workflows end and say so", async () => {
    await reported("orders that do not exist beside a purchase", async () => {
      const starter = createWorkflowStarter(temporal);
      const gone = Array.from({ length: STUCK }, () => randomUUID());
      await Promise.all(gone.flatMap((id) => [starter.wakeLifecycle(id), starter.wakeRefund(id)]));
      await stories.purchase(mesh, seller, innocent);
      await workflows("orderLifecycle", "Failed", STUCK);
      await workflows("refund", "Failed", STUCK);
      await goesOn(buying);
      const ended = temporal.workflow.getHandle(`order-${gone[0]}`).result();
      await expect(ended).rejects.toMatchObject({ cause: { type: "ORDER_NOT_FOUND" } });
      return STUCK;
    });
  }, 240_000);

  it("when Stripe answers everything but the cancel: they end once it does", async () => {
    await reported("cancels that Stripe does not answer beside a purchase", async () => {
      const orders = (await createMany(STUCK, () => begun(seller, buyer))).map(({ order }) => order);
      await injectFault(mesh, { kind: "error_before", operation: "payment_intents.cancel" });
      await Promise.all(orders.map((order) => retry(() => buyer.orders.cancelOrder({ orderId: order.id }))));
      await givingUp(STUCK);
      await goesOn(buying);
      expect((await readOrder(orders[0] as Order))?.status).toBe(OrderStatus.AWAITING_PAYMENT);
      await clearFaults(mesh);
      await allEnd(mesh, orders, OrderStatus.CANCELLED);
      return STUCK;
    });
  }, 300_000);

  it("when their charges are disputed: no refund is made, and the buyers read why", async () => {
    await reported("refunds of disputed charges beside a purchase", async () => {
      const orders = await createMany(STUCK, async () => {
        const { order } = await stories.purchase(mesh, seller, buyer);
        const [intent] = await stripePayments(mesh, order.id);
        await control(mesh, "POST", "disputes", { payment_intent: intent?.id });
        return order;
      });
      await Promise.all(
        orders.map((order) => retry(() => buyer.orders.requestRefund({ orderId: order.id }))),
      );
      await stories.purchase(mesh, seller, innocent);
      for (const order of orders) {
        const now = await retry(async () => {
          const read = await readOrder(order);
          return read?.refundRefusedTime ? read : undefined;
        });
        expect(now.status).toBe(OrderStatus.COMPLETE);
        expect(now.refundRefusedReason).toBe("charge_disputed");
        expect(now.timeline.at(-1)?.transition.case).toBe("orderRefundRefused");
      }
      await goesOn(buying);
      return STUCK;
    });
  }, 300_000);
});

/** Calls of one kind hang when they are about these payments. */
const hanging = (operation: string, objects: string[]) =>
  injectFault(mesh, { kind: "hang", operation, objects });

(process.env.QUICK ? describe.skip : describe)("orders whose calls Stripe takes and never answers", () => {
  it("stop no other, and each ends well and is charged once when Stripe is back", async () => {
    await reported("calls that Stripe never answers beside a purchase and a refund", async () => {
      const giving = await errand(() => stories.refund(mesh, seller, innocent));
      const share = Math.round(STUCK / 6);
      const intentOf = async (order: Order) => {
        const { payment } = await buyer.payments.getPayment({ orderId: order.id });
        return payment?.stripePaymentIntentId ?? "";
      };
      const refunding = (await createMany(STUCK / 2, () => stories.purchase(mesh, seller, buyer))).map(
        ({ order }) => order,
      );
      const cancelling = (await createMany(share, () => begun(seller, buyer))).map(({ order }) => order);
      const captured = await createMany(share, () => begun(seller, buyer));
      const starting = await createMany(share, async () =>
        lockWithRetries(buyer, await listWithRetries(seller)),
      );
      const capturing = captured.map(({ order }) => order);

      await hanging("payment_intents.capture", await Promise.all(capturing.map(intentOf)));
      for (const { payment } of captured)
        await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
      await sold(capturing);
      const intents = await Promise.all([...refunding, ...cancelling, ...capturing].map(intentOf));
      for (const operation of ["payment_intents.retrieve", "payment_intents.cancel", "refunds.create"]) {
        await hanging(operation, intents);
      }
      await hanging(
        "payment_intents.create",
        starting.map(({ id }) => id),
      );
      const asked = [
        ...cancelling.map(({ id }) => retry(() => buyer.orders.cancelOrder({ orderId: id }))),
        ...refunding.map(({ id }) => retry(() => buyer.orders.requestRefund({ orderId: id }))),
      ];
      const starts = starting.map(async ({ id }) => {
        const ms = await timeOf(() =>
          expect(buyer.payments.startPayment({ orderId: id })).rejects.toMatchObject({
            code: Code.Unavailable,
          }),
        );
        expect(ms).toBeLessThan(13_000);
      });
      await goesOn(buying);
      await goesOn(giving);
      await Promise.all([...asked, ...starts]);
      // By now each of them is tried again at a slower pace.
      await sleep(30_000);
      await goesOn(buying);
      await goesOn(giving);

      await clearFaults(mesh);
      for (const order of starting) await payWithRetries(mesh, buyer, order);
      await allEnd(mesh, [...capturing, ...starting], OrderStatus.COMPLETE);
      await allEnd(mesh, cancelling, OrderStatus.CANCELLED);
      await allEnd(mesh, refunding, OrderStatus.REFUNDED);
      await waitUntilConsistent(mesh);
      return STUCK;
    });
  }, 480_000);
});

describe("an event that is not true", () => {
  it("refunds nothing, and keeps nobody from the refund that they ask for later", async () => {
    await reported("a refund that only an event asks for", async () => {
      const { order } = await stories.purchase(mesh, seller, buyer);
      const event = create(OrderEventSchema, {
        id: order.id,
        transition: { case: "orderRefundRequested", value: {} },
      });
      const incoming = { payload: toBinary(OrderEventSchema, event) } as IncomingEvent;
      await onOrderEvent(createWorkflowStarter(temporal), async () => true)(incoming);
      const refund = temporal.workflow.getHandle(refundId(order.id));
      await expect(refund.result()).rejects.toMatchObject({ cause: { type: "REFUND_NOT_REQUESTED" } });
      const { payment } = await buyer.payments.getPayment({ orderId: order.id });
      expect(payment?.status).toBe(PaymentStatus.CAPTURED);

      await buyer.orders.requestRefund({ orderId: order.id });
      await waitForEnd(buyer, order, OrderStatus.REFUNDED);
      return 1;
    });
  }, 120_000);
});
