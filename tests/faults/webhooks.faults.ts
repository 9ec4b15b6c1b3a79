import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import Stripe from "stripe";
import type { Person } from "../support/clients.ts";
import { expiry } from "../support/people.ts";
import { listWithRetries, lockWithRetries, payWithRetries, waitForEnd } from "../support/stories.ts";
import { clearFaults, control, injectFault } from "../support/stripe-control.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, stripePayments, type TestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";

let mesh: TestMesh;
let seller: Person;
let first: Person;

beforeAll(async () => {
  mesh = await startTestMesh({ LOCK_DURATION: "4s", LOCK_LIMIT: "1000", LAPSE_LIMIT: "1000" });
  [seller, first] = (await Promise.all(["seller", "first"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterEach(() => clearFaults(mesh));
afterAll(() => mesh?.close(), 60_000);

const fault = (kind: string, operation: string, count?: number) =>
  injectFault(mesh, { kind, operation, count });
const until = (order: Order, ms = 0) => sleep(Math.max(expiry(order).getTime() + ms - Date.now(), 0));
const start = (buyer: Person, order: Order) => buyer.payments.startPayment({ orderId: order.id });
const bought = async () => ({ order: await lockWithRetries(first, await listWithRetries(seller)) });

describe("webhooks", () => {
  it(
    "that come twice, in another order and before the order's workflow exists change no outcome",
    () =>
      reported("webhooks duplicated, reordered, before the workflow", async () => {
        await fault("webhook_duplicate", "*");
        await fault("webhook_reorder", "payment_intent.*", 2);
        await mesh.process("workflows").kill();
        const { order } = await bought();
        await payWithRetries(mesh, first, order);
        await mesh.process("workflows").start();
        await waitForEnd(first, order, OrderStatus.COMPLETE);
        await waitUntilConsistent(mesh);
        return 1;
      }),
    120_000,
  );

  it(
    "that never come do not keep who paid from the ticket",
    () =>
      reported("webhooks held past the deadline", async () => {
        await fault("webhook_hold", "*");
        const { order } = await bought();
        await payWithRetries(mesh, first, order);
        await until(order, 100);
        await waitForEnd(first, order, OrderStatus.COMPLETE);
        await control(mesh, "POST", "webhooks/release");
        await waitUntilConsistent(mesh);
        return 1;
      }),
    120_000,
  );
});

describe("a webhook that is not Stripe's", () => {
  const secret = () => readFile(join(mesh.dataDir, "keys", "stripe-webhook-secret"), "utf8");
  /** What Stripe would send of an order's PaymentIntent; days late when `created` is. */
  async function message(order: Order, type: string, created = Date.now()): Promise<string> {
    const [intent] = await stripePayments(mesh, order.id);
    const object = { ...intent, status: "succeeded" };
    return JSON.stringify({
      ...{ id: `evt_${order.id}_${created}`, object: "event", api_version: "2026-01-01", livemode: false },
      ...{ created: Math.floor(created / 1000), type, data: { object }, pending_webhooks: 1, request: null },
    });
  }
  function signed(payload: string, with_: { secret: string; timestamp?: number }): string {
    return Stripe.webhooks.generateTestHeaderString({ payload, ...with_ });
  }
  const send = (body: string, signature?: string) =>
    fetch(`${mesh.addresses.gateway}/webhooks/stripe`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(signature !== undefined && { "stripe-signature": signature }),
      },
      body,
    }).then(({ status }) => status);

  it(
    "or not as Stripe sent it, is refused and changes nothing; what Stripe says days late is only a hint",
    () =>
      reported("webhooks forged, altered, stale, days late", async () => {
        const { order } = await bought();
        await start(first, order);
        const key = (await secret()).trim();
        const before = await first.payments.getPayment({ orderId: order.id });
        const payload = await message(order, "payment_intent.succeeded");
        const now = Math.floor(Date.now() / 1000);
        const refused = [
          await send(payload),
          await send(payload, ""),
          await send(payload, "t=1,v1=00"),
          await send(payload, signed(payload, { secret: "whsec_somebody_elses" })),
          await send(payload.replace("4500", "1"), signed(payload, { secret: key })),
          await send(payload, signed(payload, { secret: key, timestamp: now - 302 })),
        ];
        expect(refused).toEqual(refused.map(() => 400));
        // Signed as it should be, and it says what is not so: Stripe is asked and says otherwise.
        expect(await send(payload, signed(payload, { secret: key }))).toBe(200);
        expect(await first.payments.getPayment({ orderId: order.id })).toEqual(before);

        await payWithRetries(mesh, first, order);
        await waitForEnd(first, order, OrderStatus.COMPLETE);
        const paid = await first.payments.getPayment({ orderId: order.id });
        const old = await message(
          order,
          "payment_intent.amount_capturable_updated",
          Date.now() - 3 * 86_400_000,
        );
        expect(await send(old, signed(old, { secret: key }))).toBe(200);
        expect(await first.payments.getPayment({ orderId: order.id })).toEqual(paid);
        await waitUntilConsistent(mesh);
        return refused.length + 2;
      }),
    120_000,
  );
});
