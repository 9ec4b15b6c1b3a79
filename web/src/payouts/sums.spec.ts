import { create } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { EarningSchema, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { sumsOf } from "./sums.ts";

const earning = (status: EarningStatus, net: bigint, currency: string, owed = 0n) =>
  create(EarningSchema, { status, price: { minorUnits: net + 100n, currency }, fee: 100n, net, owed });

it("adds up what waits, what was paid out and what is owed, each currency by itself", () => {
  const euro = (minorUnits: bigint) => ({ currency: "EUR", minorUnits });
  const dollar = (minorUnits: bigint) => ({ currency: "USD", minorUnits });
  expect(
    sumsOf([
      earning(EarningStatus.HELD, 4_000n, "EUR"),
      earning(EarningStatus.RELEASED, 9_007_199_254_740_993n, "USD"),
      earning(EarningStatus.TRANSFERRED, 2_000n, "EUR"),
      earning(EarningStatus.REVERSED, 700n, "EUR"),
      earning(EarningStatus.OWED, 500n, "EUR", 300n),
      earning(EarningStatus.HELD, 1n, "EUR"),
    ]),
  ).toEqual([
    { currency: "EUR", waiting: euro(4_001n), paid: euro(2_300n), owed: euro(300n) },
    { currency: "USD", waiting: dollar(9_007_199_254_740_993n), paid: dollar(0n), owed: dollar(0n) },
  ]);
  expect(sumsOf([])).toEqual([]);
});
