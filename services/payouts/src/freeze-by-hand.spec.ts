import { describe, expect, it } from "@jest/globals";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { beginTransfer, hold, look, transferred } from "./earning.ts";
import { endCase, holdForCase, shownHoldReason } from "./earning-cases.ts";
import { freeze, unfreeze } from "./freeze-by-hand.ts";

const { RELEASED } = EarningStatus;
const at = (hours: number) => new Date(Date.UTC(2030, 0, 1, hours));
const facts = { accountId: "acct_1", chargeId: "ch_1" };
const by = { operatorId: "op-1", reason: "a warning of the police" };

const released = () =>
  look(
    hold(
      {
        ...{ _id: "order", sellerId: "seller", ticketId: "ticket", title: "Night", releaseTime: at(10) },
        ...{ price: { minorUnits: 12_500, currency: "USD" }, fee: 1_250 },
      },
      at(0),
    ),
    at(10),
  );
const frozen = () => freeze(released(), by, at(10));

describe("an earning that an operator freezes", () => {
  it("is not transferred until an operator ends that, and then it is due; both say who and why", () => {
    expect(shownHoldReason(frozen())).toBe(EarningHoldReason.CASE);
    expect(beginTransfer(frozen(), facts, at(11))).toEqual(frozen());
    const due = unfreeze(frozen(), { ...by, reason: "all is well" }, at(12));
    expect([due.status, due.dueTime]).toEqual([RELEASED, at(12)]);
    expect(due.history.slice(-2)).toMatchObject([
      { type: "earning_frozen", data: by },
      { type: "earning_case_ended", data: { operatorId: "op-1", reason: "all is well" } },
    ]);
  });

  it("is kept once however often it is asked, and kept anew after that has ended", () => {
    const once = frozen();
    expect(freeze(once, by, at(11))).toBe(once);
    const ended = unfreeze(once, by, at(12));
    expect(unfreeze(ended, by, at(13))).toBe(ended);
    const again = freeze(ended, by, at(14));
    expect(shownHoldReason(again)).toBe(EarningHoldReason.CASE);
  });

  it("is freed by another operator than its seller", () => {
    const own = { ...by, operatorId: "seller" };
    expect(() => unfreeze(frozen(), own, at(12))).toThrow(
      new DomainError("OWN_FAVOUR", "nobody frees what they earned themselves"),
    );
    expect(unfreeze(released(), own, at(12))).toEqual(released());
  });

  it("stays kept by what else keeps it", () => {
    const both = holdForCase(frozen(), "case", at(11));
    expect(shownHoldReason(unfreeze(both, by, at(12)))).toBe(EarningHoldReason.CASE);
    expect(shownHoldReason(endCase(both, "case", false, at(12)))).toBe(EarningHoldReason.CASE);
  });

  it("waits to be transferred: what was transferred is not frozen", () => {
    const paid = transferred(beginTransfer(released(), facts, at(10)), "tr_1", at(11));
    expect(() => freeze(paid, by, at(12))).toThrow(DomainError);
  });
});
