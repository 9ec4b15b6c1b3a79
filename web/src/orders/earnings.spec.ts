import { create } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { OrderSchema, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { earnings, sharesOf } from "./earnings.ts";

const sale = (status: OrderStatus, minorUnits: bigint, currency: string, fee = 0n) =>
  create(OrderSchema, { status, price: { minorUnits, currency }, fee });

it("adds up what complete sales bring after the fee, by currency, and nothing else", () => {
  const sums = earnings([
    sale(OrderStatus.COMPLETE, 4_500n, "EUR", 450n),
    sale(OrderStatus.COMPLETE, 1n, "EUR"),
    sale(OrderStatus.COMPLETE, 9_007_199_254_740_994n, "USD", 1n),
    sale(OrderStatus.REFUNDED, 7_000n, "EUR", 700n),
    sale(OrderStatus.AWAITING_PAYMENT, 8_000n, "GBP", 800n),
    sale(OrderStatus.EXPIRED, 9_000n, "GBP", 900n),
  ]);
  expect(sums).toEqual([
    { currency: "EUR", minorUnits: 4_051n },
    { currency: "USD", minorUnits: 9_007_199_254_740_993n },
  ]);
});

it("shares a price without a rest; an order of before the fee is the seller's whole", () => {
  expect(sharesOf(sale(OrderStatus.COMPLETE, 4_509n, "EUR", 450n))).toEqual({
    fee: { currency: "EUR", minorUnits: 450n },
    net: { currency: "EUR", minorUnits: 4_059n },
  });
  expect(sharesOf(sale(OrderStatus.COMPLETE, 4_509n, "EUR"))?.net.minorUnits).toBe(4_509n);
  expect(sharesOf(create(OrderSchema, {}))).toBeUndefined();
});

it("shares what is left of a price of which a part went back, the fee in proportion and rounded down", () => {
  const order = { ...sale(OrderStatus.COMPLETE, 4_509n, "EUR", 450n), amountRefunded: 1_000n };
  expect(sharesOf(order)).toMatchObject({ fee: { minorUnits: 350n }, net: { minorUnits: 3_159n } });
});
