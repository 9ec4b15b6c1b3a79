import { describe, expect, it } from "@jest/globals";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { beginTransfer, block, hold, look, transferred } from "./earning.ts";
import { endCase, holdForCase, shownHoldReason } from "./earning-cases.ts";
import { holdForRefund, restore } from "./earning-refund.ts";

const { HELD, RELEASED, TRANSFERRED } = EarningStatus;
const { ACCOUNT, CASE, EVENT, REFUND } = EarningHoldReason;
const at = (hours: number) => new Date(Date.UTC(2030, 0, 1, hours));
const facts = { accountId: "acct_1", chargeId: "ch_1" };

const held = () =>
  hold(
    {
      ...{ _id: "order", sellerId: "seller", ticketId: "ticket", title: "Night", releaseTime: at(10) },
      ...{ price: { minorUnits: 12_500, currency: "USD" }, fee: 1_250 },
    },
    at(0),
  );
const released = () => look(held(), at(10));
const frozen = () => holdForCase(released(), "case", at(10));

describe("an open case", () => {
  it("keeps what is not transferred, from before its time on and after it", () => {
    const early = holdForCase(held(), "case", at(1));
    expect([early.status, shownHoldReason(early)]).toEqual([HELD, CASE]);
    const due = look(early, at(10));
    expect([due.status, shownHoldReason(due)]).toEqual([RELEASED, CASE]);
    for (const kept of [due, frozen()]) expect(beginTransfer(kept, facts, at(11))).toBe(kept);
    // It is not looked at day by day: the end of the case has it looked at.
    expect(look(due, at(34)).dueTime).toBeUndefined();
  });

  it("that is held once more changes nothing", () => {
    const once = frozen();
    expect(holdForCase(once, "case", at(11))).toBe(once);
  });

  it("keeps its earning until every case of the order has ended, which is then looked at at once", () => {
    const both = holdForCase(frozen(), "other", at(11));
    const one = endCase(both, "case", false, at(12));
    expect(shownHoldReason(one)).toBe(CASE);
    expect(beginTransfer(one, facts, at(12))).toBe(one);
    const none = endCase(one, "other", false, at(13));
    expect(shownHoldReason(none)).toBeUndefined();
    expect(none.dueTime).toEqual(at(13));
    expect(look(none, at(13)).history.at(-1)?.type).toBe("earning_due");
    expect(beginTransfer(none, facts, at(13)).begun).toEqual(facts);
  });

  it("that ended leaves what else keeps the earning, and releases nothing before its time", () => {
    const early = endCase(holdForCase(held(), "case", at(1)), "case", false, at(2));
    expect(early).toMatchObject({ status: HELD, dueTime: at(10) });
    expect(shownHoldReason(early)).toBe(EVENT);
    const waiting = endCase(
      holdForCase(block(released(), ACCOUNT, at(10)), "case", at(11)),
      "case",
      false,
      at(12),
    );
    expect(shownHoldReason(waiting)).toBe(ACCOUNT);
  });

  it("that ended by the decision that the sale stands has that noted for good, whatever another one says", () => {
    const both = holdForCase(frozen(), "other", at(11));
    const stands = endCase(endCase(both, "case", true, at(12)), "other", false, at(13));
    expect(stands.saleStands).toBe(true);
    expect(endCase(frozen(), "case", false, at(12)).saleStands).toBeUndefined();
  });

  it("about a refund by hand that ended by the decision that the sale stands has that refund noted, once", () => {
    const stands = endCase(frozen(), "case", true, at(12), {}, "re_1");
    expect(stands.standsDespite).toEqual(["re_1"]);
    expect(endCase(stands, "case", true, at(13), {}, "re_1")).toBe(stands);
    const next = endCase(holdForCase(stands, "other", at(13)), "other", true, at(14), {}, "re_2");
    expect(next.standsDespite).toEqual(["re_1", "re_2"]);
    expect(endCase(frozen(), "case", false, at(12), {}, "re_1").standsDespite).toBeUndefined();
  });

  it("that has ended holds nothing, however late the news of its beginning come", () => {
    const ended = endCase(frozen(), "case", false, at(11));
    expect(endCase(ended, "case", false, at(12))).toBe(ended);
    expect(holdForCase(ended, "case", at(12))).toBe(ended);
    const unheard = endCase(released(), "case", false, at(11));
    expect(holdForCase(unheard, "case", at(12))).toBe(unheard);
  });

  it("beside a refund leaves that to keep the earning, and keeps it if that is not made", () => {
    const asked = holdForRefund(frozen(), at(11), at(11));
    expect(shownHoldReason(asked)).toBe(REFUND);
    expect(endCase(asked, "case", false, at(12)).dueTime).toBeUndefined();
    const refused = look(restore(asked, at(11), at(12)), at(12));
    expect(shownHoldReason(refused)).toBe(CASE);
    expect(beginTransfer(refused, facts, at(12))).toBe(refused);
  });

  it("leaves a transfer that was begun to its outcome", () => {
    const underway = holdForCase(beginTransfer(released(), facts, at(10)), "case", at(10));
    expect(transferred(underway, "tr_1", at(11))).toMatchObject({ status: TRANSFERRED, cases: ["case"] });
    expect(shownHoldReason(transferred(underway, "tr_1", at(11)))).toBeUndefined();
  });
});
