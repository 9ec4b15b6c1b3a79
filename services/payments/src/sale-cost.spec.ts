import { afterAll, afterEach, beforeAll, expect, it, jest } from "@jest/globals";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { Collection } from "mongodb";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => world?.close());

/** By which the driver's `findOne` reads too. */
const READS = ["find"] as const;
const WRITES = ["insertOne", "replaceOne", "updateOne"] as const;
const count = (name: (typeof READS | typeof WRITES)[number]) => {
  const calls = jest.spyOn(Collection.prototype, name);
  return () => calls.mock.contexts.filter((on) => (on as Collection).collectionName === "payments").length;
};
const total = (counts: (() => number)[]) => counts.reduce((sum, read) => sum + read(), 0);

it("a payment that is opened, made and taken is three writes, few reads and one look at Stripe", async () => {
  const order = world.order();
  const reads = READS.map(count);
  const writes = WRITES.map(count);
  world.calls.length = 0;

  await world.confirm(await world.start(order));
  const held = async () => (await world.payment(order.id)).status === PaymentStatus.AUTHORIZED;
  let asked = 1;
  for (; !(await held()); asked++) await new Promise((resolve) => setTimeout(resolve, 20));
  await world.actions.capture(await world.payment(order.id));
  const waits = () => world.double.state.events.all().some(({ pending_webhooks }) => pending_webhooks > 0);
  while (waits()) await new Promise((resolve) => setTimeout(resolve, 20));

  expect(world.calls.filter((call) => call !== "readWebhook")).toEqual(["create", "fetch", "capture"]);
  expect(total(writes)).toBe(3);
  // Starting reads it and the buyer's declines, the first message and the capture read it once each, and the second
  // message unless it came while the capture was under way.
  expect(total(reads) - asked).toBeLessThanOrEqual(5);
});
