import { describe, expect, it } from "@jest/globals";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";
import { beginTransfer, type Earning, hold, look, transferred } from "./earning.ts";
import { endCase, holdForCase, shownHoldReason } from "./earning-cases.ts";
import { agreeToUnfreeze, freeze, freezeOf, unfreeze } from "./freeze-by-hand.ts";

const { RELEASED } = EarningStatus;
const at = (hours: number) => new Date(Date.UTC(2030, 0, 1, hours));
const facts = { accountId: "acct_1", chargeId: "ch_1" };
const by = { operatorId: "op-1", reason: "a warning of the police" };
const alone = { alone: true };
const withOther = { alone: false };

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
    const due = unfreeze(frozen(), { ...by, reason: "all is well" }, alone, at(12));
    expect([due.status, due.dueTime]).toEqual([RELEASED, at(12)]);
    expect(due.history.slice(-2)).toMatchObject([
      { type: "earning_frozen", data: by },
      { type: "earning_case_ended", data: { operatorId: "op-1", reason: "all is well" } },
    ]);
  });

  it("is kept once however often it is asked, and kept anew after that has ended", () => {
    const once = frozen();
    expect(freeze(once, by, at(11))).toBe(once);
    const ended = unfreeze(once, by, alone, at(12));
    expect(unfreeze(ended, by, alone, at(13))).toBe(ended);
    const again = freeze(ended, by, at(14));
    expect(shownHoldReason(again)).toBe(EarningHoldReason.CASE);
  });

  it("is freed by another operator than its seller", () => {
    const own = { ...by, operatorId: "seller" };
    expect(() => unfreeze(frozen(), own, alone, at(12))).toThrow(
      new DomainError("OWN_FAVOUR", "nobody frees what they earned themselves"),
    );
    expect(unfreeze(released(), own, alone, at(12))).toEqual(released());
  });

  it("stays kept by what else keeps it", () => {
    const both = holdForCase(frozen(), "case", at(11));
    expect(shownHoldReason(unfreeze(both, by, alone, at(12)))).toBe(EarningHoldReason.CASE);
    expect(shownHoldReason(endCase(both, "case", false, at(12)))).toBe(EarningHoldReason.CASE);
  });

  it("waits to be transferred: what was transferred is not frozen", () => {
    const paid = transferred(beginTransfer(released(), facts, at(10)), "tr_1", at(11));
    expect(() => freeze(paid, by, at(12))).toThrow(DomainError);
  });
});

describe("an earning that one operator does not free alone", () => {
  const wish = { operatorId: "op-1", reason: "all is well" };
  const proposed = () => unfreeze(frozen(), wish, withOther, at(12));
  const agree = (earning: Earning, operatorId: string) =>
    agreeToUnfreeze(earning, { operatorId, version: earning.version }, at(13));
  const refused = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      return reasonOf(error);
    }
    return "done";
  };

  it("stays frozen until another one agrees, and both are in its history", () => {
    expect(shownHoldReason(proposed())).toBe(EarningHoldReason.CASE);
    expect(beginTransfer(proposed(), facts, at(13))).toEqual(proposed());
    const free = agree(proposed(), "op-2");
    expect([shownHoldReason(free), free.dueTime]).toEqual([undefined, at(13)]);
    expect(free.history.slice(-2)).toMatchObject([
      { type: "earning_unfreeze_proposed", data: wish },
      { type: "earning_case_ended", data: { ...wish, agreedBy: "op-2" } },
    ]);
  });

  it("is proposed and agreed to once however often that is asked", () => {
    const once = proposed();
    expect(unfreeze(once, wish, withOther, at(13))).toBe(once);
    const free = agree(once, "op-2");
    expect(agreeToUnfreeze(free, { operatorId: "op-2", version: once.version }, at(14))).toBe(free);
  });

  it("is freed neither by who proposed it, nor by its seller, nor without a proposal", () => {
    expect(refused(() => agree(proposed(), "op-1"))).toBe("ANOTHER_OPERATOR_NEEDED");
    expect(refused(() => agree(proposed(), "seller"))).toBe("OWN_FAVOUR");
    expect(refused(() => agree(frozen(), "op-2"))).toBe("UNFREEZE_NOT_PROPOSED");
    expect(refused(() => agree(agree(proposed(), "op-2"), "op-3"))).toBe("UNFREEZE_NOT_PROPOSED");
  });

  it("is freed as the operator who agrees has read it", () => {
    const read = proposed();
    const changed = unfreeze(read, { ...wish, reason: "another reason" }, withOther, at(12));
    const late = () => agreeToUnfreeze(changed, { operatorId: "op-2", version: read.version }, at(13));
    expect(refused(late)).toBe("STALE_VERSION");
  });

  it("stays frozen where an operator freezes it once more: the proposal is off", () => {
    const kept = freeze(proposed(), { operatorId: "op-3", reason: "not yet" }, at(13));
    expect(kept.history.at(-1)).toMatchObject({ type: "earning_frozen", data: { operatorId: "op-3" } });
    expect(freezeOf(kept)).toEqual({
      caseId: "hand-1",
      by: { operatorId: "op-3", reason: "not yet", time: at(13) },
    });
    expect(refused(() => agree(kept, "op-2"))).toBe("UNFREEZE_NOT_PROPOSED");
  });

  it("needs the other one also where an earlier release froze it, and no proposal of a freeze before", () => {
    const earlier = holdForCase(released(), "hand-1", at(10), by);
    expect(freezeOf(agree(unfreeze(earlier, wish, withOther, at(11)), "op-2"))).toBeUndefined();
    const again = freeze(agree(proposed(), "op-2"), by, at(14));
    expect(refused(() => agree(again, "op-3"))).toBe("UNFREEZE_NOT_PROPOSED");
  });
});
