import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import type { Person } from "../support/clients.ts";
import {
  booksOf,
  changeAccount,
  deliverAndPassEvent,
  onboard,
  passEvent,
  transfersOf,
  untilEarning,
} from "../support/payouts.ts";
import { listTicket, lockTicket, pay, refusal, watchUntil } from "../support/people.ts";
import { eventually, startTestMesh, type TestMesh } from "../support/test-mesh.ts";

const PRICE = 12_500;
let mesh: TestMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  mesh = await startTestMesh();
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

async function sell(to = buyer, by = seller): Promise<Order> {
  const order = await lockTicket(to, await listTicket(by, `Night ${randomUUID()}`, BigInt(PRICE)));
  const cast = { alice: by, bob: to, carol: to, stripe: mesh.addresses.stripe };
  return pay(cast, to, order, OrderStatus.COMPLETE);
}

const refund = async (order: Order) => {
  await buyer.orders.requestRefund({ orderId: order.id });
  await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
};

it("the seller of a ticket has no account, begins to be paid, leaves, comes back and is ready", async () => {
  const { account } = await seller.payouts.getSellerAccount({});
  expect(account?.status).toBe(SellerAccountStatus.NONE);
  await onboard(seller, "leave");
  const left = await seller.payouts.getSellerAccount({});
  expect(left.account?.missing).toContain("external_account");
  await onboard(seller);
  expect((await seller.payouts.getSellerAccount({})).account?.missing).toEqual([]);
}, 60_000);

it("a seller gets the price less the fee once the event is over, and nothing before", async () => {
  const order = await sell();
  const fee = Number(order.fee);
  expect(fee).toBeGreaterThan(0);
  const held = await untilEarning(seller, order.id, EarningStatus.HELD);
  expect(held).toMatchObject({ holdReason: EarningHoldReason.EVENT, net: BigInt(PRICE - fee) });
  expect(await transfersOf(mesh, order.id)).toEqual([]);

  await deliverAndPassEvent(mesh, seller, order.id);
  const paid = await untilEarning(seller, order.id, EarningStatus.TRANSFERRED);
  const [transfer, ...more] = await transfersOf(mesh, order.id);
  expect(more).toEqual([]);
  expect(transfer).toMatchObject({ amount: PRICE - fee, currency: "usd", id: paid.providerTransferId });
  expect(transfer?.source_transaction).toMatch(/^ch_/);
  expect(await booksOf(mesh, order.id)).toEqual({
    facts: ["sale", "transfer"],
    balances: { stripe: fee, seller: 0, fees: -fee },
    sums: [0, 0],
  });
  expect((await seller.payouts.listEarnings({})).earnings.map(({ id }) => id)).toContain(order.id);
  expect((await buyer.payouts.listEarnings({})).earnings).toEqual([]);
  expect((await refusal(buyer.payouts.getEarning({ orderId: order.id }))).reason).toBe("NOT_YOUR_EARNING");
}, 90_000);

it("a refund before the transfer reverses the earning, and its time brings no transfer", async () => {
  const order = await sell();
  await refund(order);
  await untilEarning(seller, order.id, EarningStatus.REVERSED);
  await passEvent(mesh, order.id);
  const later = await sell();
  await deliverAndPassEvent(mesh, seller, later.id);
  await untilEarning(seller, later.id, EarningStatus.TRANSFERRED);
  expect(await transfersOf(mesh, order.id)).toEqual([]);
  expect(await booksOf(mesh, order.id)).toMatchObject({
    facts: ["sale", "refund"],
    balances: { stripe: 0, seller: 0, fees: 0 },
  });
}, 90_000);

it("what a seller did not deliver waits, and is paid once it is delivered and looked at again", async () => {
  const order = await sell();
  await passEvent(mesh, order.id);
  const waits = ({ holdReason }: { holdReason: EarningHoldReason }) =>
    holdReason === EarningHoldReason.DELIVERY;
  await untilEarning(seller, order.id, EarningStatus.RELEASED, waits);
  expect(await transfersOf(mesh, order.id)).toEqual([]);
  await deliverAndPassEvent(mesh, seller, order.id);
  await untilEarning(seller, order.id, EarningStatus.TRANSFERRED);
}, 90_000);

it("what a seller without an account earned waits, says why, and is paid once the account is ready", async () => {
  const newcomer = await mesh.person("newcomer");
  const order = await sell(buyer, newcomer);
  await deliverAndPassEvent(mesh, newcomer, order.id);
  const waits = ({ holdReason }: { holdReason: EarningHoldReason }) =>
    holdReason === EarningHoldReason.ACCOUNT;
  await untilEarning(newcomer, order.id, EarningStatus.RELEASED, waits);
  await onboard(newcomer);
  await untilEarning(newcomer, order.id, EarningStatus.TRANSFERRED);
  expect(await transfersOf(mesh, order.id)).toHaveLength(1);

  const next = await sell(buyer, newcomer);
  await changeAccount(mesh, newcomer, "restrict");
  // A ready account is looked at only when Stripe says that it changed.
  await eventually(async () => {
    const { account } = await newcomer.payouts.getSellerAccount({});
    return account?.status === SellerAccountStatus.RESTRICTED || undefined;
  });
  await deliverAndPassEvent(mesh, newcomer, next.id);
  await untilEarning(newcomer, next.id, EarningStatus.RELEASED, waits);
  const { account } = await newcomer.payouts.getSellerAccount({});
  expect(account).toMatchObject({
    status: SellerAccountStatus.RESTRICTED,
    restriction: "requirements.past_due",
  });
}, 120_000);

it("a refund after the transfer takes the money back from the seller, or is owed by one whose account is empty", async () => {
  const [order, spent] = [await sell(), await sell()];
  for (const { id } of [order, spent]) await deliverAndPassEvent(mesh, seller, id);
  for (const { id } of [order, spent]) await untilEarning(seller, id, EarningStatus.TRANSFERRED);
  await refund(order);
  await untilEarning(seller, order.id, EarningStatus.REVERSED);
  expect(await transfersOf(mesh, order.id)).toMatchObject([{ amount_reversed: PRICE - Number(order.fee) }]);
  expect(await booksOf(mesh, order.id)).toMatchObject({
    facts: ["sale", "transfer", "refund", "reversal"],
    balances: { stripe: 0, seller: 0, fees: 0, receivable: 0 },
    sums: [0, 0, 0, 0],
  });

  await changeAccount(mesh, seller, "pay_out");
  await refund(spent);
  const refused = ({ providerRefusalCode: code }: { providerRefusalCode: string }) =>
    code === "balance_insufficient";
  const owed = await untilEarning(seller, spent.id, EarningStatus.OWED, refused);
  expect(owed.owed).toBe(BigInt(PRICE - Number(spent.fee)));
  await eventually(async () => (await booksOf(mesh, spent.id)).facts.includes("refund") || undefined);
  expect((await booksOf(mesh, spent.id)).balances.receivable).toBe(PRICE - Number(spent.fee));
}, 120_000);
