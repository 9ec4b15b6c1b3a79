import { expect, it } from "@jest/globals";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { booksOf, changeAccount, passEvent, transfersOf } from "../support/payouts.ts";
import { listTicket } from "../support/people.ts";
import {
  deliverWithRetries,
  lockWithRetries,
  PRICE,
  payWithRetries,
  retry,
  waitForEnd,
} from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { type AfterSale, neverOverpaid, untilStatus } from "./after-sale-stage.ts";
import { both, killedAt, type Place } from "./places.ts";

/** Each step by which a sale pays for another: released, begun, reserved, fixed, transferred, paid. */
const places: Place[] = [
  ...[1, 2, 3, 4, 5, 6].flatMap((nth) => both("payouts", "write earnings.replaceOne", nth)),
  ...both("payouts", "stripe POST /v1/transfers"),
  ...["earning_released", "earning_transferred", "earning_netted"].flatMap((event) =>
    both("payouts", `publish ${event}`),
  ),
  ...both("workflows", "call TransferEarning"),
];
/** What is owed is reserved, and nothing is kept yet. */
const decisive: Place[] = [["payouts", "write earnings.replaceOne:after", 3]];

/** A delivered sale at this price. */
async function deliveredSale({ mesh, seller, buyer }: AfterSale, minorUnits: bigint): Promise<Order> {
  const ticket = await listTicket(seller, "Night of Debts", minorUnits);
  const order = await lockWithRetries(buyer, ticket);
  await payWithRetries(mesh, buyer, order);
  await waitForEnd(buyer, order, OrderStatus.COMPLETE);
  await deliverWithRetries(seller, order, { case: "transferNote", value: "It is in the app" });
  return order;
}

/**
 * A sale is paid, its seller spends the money, and it is refunded: the next sale pays for it, once. `arm` is called before
 * the next sale's time comes.
 */
async function netted(stage: AfterSale, arm: () => void): Promise<void> {
  const { mesh, seller, buyer } = stage;
  const spent = await deliveredSale(stage, PRICE.minorUnits);
  await passEvent(mesh, spent.id);
  await untilStatus(stage, spent.id, EarningStatus.TRANSFERRED);
  await changeAccount(mesh, seller, "pay_out");
  const owed = Number(PRICE.minorUnits - spent.fee);
  await neverOverpaid(stage, spent.id, async () => {
    await retry(() => buyer.orders.requestRefund({ orderId: spent.id }));
    await waitForEnd(buyer, spent, OrderStatus.REFUNDED);
    await retry(async () => {
      const { earning } = await seller.payouts.getEarning({ orderId: spent.id });
      return earning?.providerRefusalCode === "balance_insufficient" || undefined;
    });
  });

  const next = await deliveredSale(stage, 2n * PRICE.minorUnits);
  await untilStatus(stage, next.id, EarningStatus.HELD);
  arm();
  await passEvent(mesh, next.id);
  await untilStatus(stage, next.id, EarningStatus.TRANSFERRED);
  // What was reserved as a process died is looked at again some minutes later: they pass.
  await passEvent(mesh, spent.id);
  await untilStatus(stage, spent.id, EarningStatus.REVERSED);

  const net = Number(next.price?.minorUnits ?? 0n) - Number(next.fee);
  expect(await transfersOf(mesh, next.id)).toMatchObject([{ amount: net - owed, amount_reversed: 0 }]);
  expect(await transfersOf(mesh, spent.id)).toMatchObject([{ amount: owed, amount_reversed: 0 }]);
  const [paid, paying] = [await booksOf(mesh, spent.id), await booksOf(mesh, next.id)];
  expect([paid.facts.toSorted(), paying.facts.toSorted()]).toEqual([
    ["netting", "refund", "sale", "transfer"],
    ["kept", "sale", "transfer"],
  ]);
  expect([...paid.sums, ...paying.sums]).toEqual(Array.from({ length: 7 }, () => 0));
  expect(paid.balances).toMatchObject({ receivable: 0, netting: owed });
  expect(paying.balances).toMatchObject({ seller: 0, netting: -owed });
}

/** What happens to what sellers owe. */
export function nettingRounds(stage: () => AfterSale): void {
  it(
    "what a seller owes is kept from the next sale once, wherever payouts or workflows is killed",
    () =>
      reported("payouts or workflows killed as one sale pays for another", () =>
        killedAt(stage().mesh, process.env.QUICK ? decisive : places, (arm) => netted(stage(), arm)),
      ),
    1_800_000,
  );
}
