import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import type { Payment } from "./payment.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());

const captured = async () => world.actions.capture(await world.authorized());
const read = async ({ _id }: Payment) => world.actions.readCharge(await world.payment(_id));
const control = (path: string, body: object) =>
  fetch(`${world.double.url}/control/${path}`, { method: "POST", body: JSON.stringify(body) });

it("the charge of a captured payment says what was taken, and that nothing of it is gone", async () => {
  const payment = await captured();
  const [charge] = world.double.state.charges.all().filter((one) => one.payment_intent === payment.intentId);
  expect(await read(payment)).toEqual({ id: charge?.id, received: 4_500, refunded: 0, disputed: false });
  expect(charge).toMatchObject({ transfer_group: payment._id });
});

it("there is none before money was taken", async () => {
  const order = world.order();
  await world.start(order);
  await expect(read(await world.payment(order.id))).rejects.toMatchObject({ reason: "NOT_CAPTURED" });
  await expect(read(await world.authorized())).rejects.toMatchObject({ reason: "NOT_CAPTURED" });
});

it("what went back shows, and what failed to go back does not count", async () => {
  const payment = await captured();
  await world.actions.refund(await world.payment(payment._id));
  expect(await read(payment)).toMatchObject({ refunded: 4_500 });
  await world.settleRefund(payment._id, { status: "failed" });
  expect(await read(payment)).toMatchObject({ refunded: 0 });
});

it("a dispute shows until it is won, and for good once it is lost", async () => {
  const [won, lost] = [await captured(), await captured()];
  for (const { intentId } of [won, lost]) await control("disputes", { payment_intent: intentId });
  expect(await read(won)).toMatchObject({ disputed: true });
  const close = ({ intentId }: Payment, status: string) =>
    control("disputes/close", { payment_intent: intentId, status });
  await close(won, "won");
  await close(lost, "lost");
  const closed = async ({ _id }: Payment) => (await world.payment(_id)).disputeClosed !== undefined;
  for (let n = 0; n < 200 && !((await closed(won)) && (await closed(lost))); n++)
    await new Promise((resolve) => setTimeout(resolve, 25));
  expect(await read(won)).toMatchObject({ disputed: false });
  expect(await read(lost)).toMatchObject({ disputed: true });
});

it("a dispute whose message never came is known once the charge is read", async () => {
  const payment = await captured();
  const hold = world.double.faults.add({ kind: "webhook_hold", operation: "*" });
  await control("disputes", { payment_intent: payment.intentId });
  await read(payment);
  expect(await world.payment(payment._id)).toMatchObject({
    disputes: [{ shown: { status: "needs_response" } }],
  });
  await control("disputes/close", { payment_intent: payment.intentId, status: "won" });
  expect(await read(payment)).toMatchObject({ disputed: false });
  world.double.faults.remove(hold.id);
});

it("a copy of the mesh is told nothing: the mesh that took the money pays its sellers", async () => {
  const payment = await captured();
  const before = await world.meshes.find();
  await world.db
    .collection<{ _id: string }>("mesh")
    .updateOne({ _id: "mesh" }, { $set: { place: { origin: "https://copy.example.com", collection: "x" } } });
  world.wait(10_000);
  await expect(read(payment)).rejects.toMatchObject({ reason: "PAYMENTS_SUSPENDED" });
  await world.meshes.renew();
  world.wait(10_000);
  await expect(read(payment)).rejects.toMatchObject({ reason: "INTENT_NOT_OURS" });
  expect(before.atHome).toBe(true);
});
