import { describe, expect, it } from "@jest/globals";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { beginTransfer, type Earning, hold, look, transferred } from "./earning.ts";
import { owedOf, transferOf } from "./earning-amounts.ts";
import { fixNettings, free, isReservedFor, payDebt, planNettings, reserve } from "./earning-netting.ts";
import { beginReversal, recovered, refunded } from "./earning-refund.ts";

const at = (hours: number) => new Date(Date.UTC(2030, 0, 1, hours));
const facts = { accountId: "acct_1", chargeId: "ch_1" };
const NET = 9_000;

const released = (_id: string) => {
  const sale = { _id, sellerId: "s", ticketId: "t", title: "Night", releaseTime: at(1), fee: 1_000 };
  return look(hold({ ...sale, price: { minorUnits: 10_000, currency: "USD" } }, at(0)), at(1));
};
const owing = (): Earning =>
  refunded(transferred(beginTransfer(released("owed"), facts, at(1)), "tr_1", at(1)), at(2));
const by = { orderId: "paying", number: 1, amount: NET };
const paying = () =>
  beginTransfer(released("paying"), { ...facts, nettings: planNettings([owing()], NET) }, at(3));

describe("what is owed", () => {
  it("is planned to be kept up to what was earned, longest owed first", () => {
    expect(planNettings([owing(), { ...owing(), _id: "other" }], NET + 100)).toEqual([
      { orderId: "owed", amount: NET },
      { orderId: "other", amount: 100 },
    ]);
    expect(planNettings([], NET)).toEqual([]);
  });

  it("is reserved by one transfer alone, and not while a reversal may be made", () => {
    const debt = reserve(owing(), by, at(3));
    expect(isReservedFor(debt, by)).toBe(true);
    expect(reserve(debt, { ...by, orderId: "another" }, at(3))).toBe(debt);
    expect(beginReversal(debt, at(3))).toBe(debt);
    expect(recovered(debt, "trr_1", at(3))).toBe(debt);
    const reversing = beginReversal(owing(), at(3));
    expect(reserve(reversing, by, at(3))).toBe(reversing);
    expect(planNettings([reversing, debt], NET)).toEqual([]);
  });

  it("is paid once by what was kept, and by nothing that it was not reserved for", () => {
    const netting = { orderId: "paying", amount: NET };
    const paid = payDebt(reserve(owing(), by, at(3)), netting, at(4));
    expect([paid.status, owedOf(paid)]).toEqual([EarningStatus.REVERSED, 0]);
    expect(payDebt(paid, netting, at(5))).toBe(paid);
    const half = payDebt(
      reserve(owing(), { ...by, amount: NET / 2 }, at(3)),
      { ...netting, amount: NET / 2 },
      at(4),
    );
    expect(reserve(half, { ...by, amount: NET / 2 }, at(5))).toBe(half);
    const unreserved = owing();
    expect(payDebt(unreserved, netting, at(4))).toBe(unreserved);
  });

  it("is freed by the try that it was reserved for alone", () => {
    const debt = reserve(owing(), by, at(3));
    expect(free(debt, { ...by, number: 2 }, at(4))).toBe(debt);
    expect(free(debt, by, at(4)).reserved).toBeUndefined();
  });
});

describe("an earning that pays", () => {
  it("keeps what was reserved, which is fixed once", () => {
    const fixed = fixNettings(paying(), 1, ["owed"], at(3));
    expect(transferOf(fixed)).toBe(0);
    expect(fixNettings(fixed, 1, [], at(3))).toBe(fixed);
    const begun = paying();
    expect(fixNettings(begun, 2, [], at(3))).toBe(begun);
  });

  it("gives its try up where something could not be reserved", () => {
    const { begun, attempts, status } = fixNettings(paying(), 1, [], at(3));
    expect({ begun, attempts, status }).toMatchObject({
      begun: undefined,
      attempts: { transfer: { number: 2 } },
      status: EarningStatus.RELEASED,
    });
  });
});
