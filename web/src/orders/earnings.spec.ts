import { create } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { OrderSchema, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { earnings } from "./earnings.ts";

const sale = (status: OrderStatus, minorUnits: bigint, currency: string) =>
  create(OrderSchema, { status, price: { minorUnits, currency } });

it("adds up what complete sales brought, by currency, and nothing else", () => {
  const sums = earnings([
    sale(OrderStatus.COMPLETE, 4_500n, "EUR"),
    sale(OrderStatus.COMPLETE, 1n, "EUR"),
    sale(OrderStatus.COMPLETE, 9_007_199_254_740_993n, "USD"),
    sale(OrderStatus.REFUNDED, 7_000n, "EUR"),
    sale(OrderStatus.AWAITING_PAYMENT, 8_000n, "GBP"),
    sale(OrderStatus.EXPIRED, 9_000n, "GBP"),
  ]);
  expect(sums).toEqual([
    { currency: "EUR", minorUnits: 4_501n },
    { currency: "USD", minorUnits: 9_007_199_254_740_993n },
  ]);
});
