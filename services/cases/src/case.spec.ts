import { describe, expect, it } from "@jest/globals";
import { CaseKind, CaseRuling, CaseSide, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { bankAnswer, closeEvidence, noteTerms } from "./bank-answer.ts";
import {
  addEvidence,
  agree,
  type Case,
  caseIdOf,
  close,
  decide,
  isReopenedBy,
  noteFact,
  openCase,
  reopen,
  settleByFact,
} from "./case.ts";
import { caseMessage, partyMessage } from "./case-message.ts";

const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1) + minutes * 60_000);
const sale = {
  ...{ orderId: "o1", buyerId: "b", sellerId: "s", title: "Jazz" },
  price: { minorUnits: 5_000, currency: "EUR" },
};
const opened = () => openCase(sale, { kind: CaseKind.INVALID }, at(0));
const refund = (operatorId = "op1") => ({ operatorId, ruling: CaseRuling.REFUND, reason: "It was used" });
const ruled = (current = opened(), operatorId = "op1") =>
  decide(current, refund(operatorId), { alone: true }, at(1));
const proposed = (current = opened(), operatorId = "op1") =>
  decide(current, refund(operatorId), { alone: false }, at(1));
const closed = () => close(ruled(), 1, at(2));

const refusalOf = (work: () => Case): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
};
const steps = (current: Case) => current.history.map(({ type }) => type);

const states: Readonly<Record<string, () => Case>> = {
  OPEN: opened,
  PROPOSED: proposed,
  DECIDED: ruled,
  CLOSED: closed,
};
const undecided = ["OPEN", "PROPOSED"];

describe.each(Object.entries(states))("a case that is %s", (name, of) => {
  it("is found by operators as long as it is not decided", () => {
    expect(CaseStatus[of().status]).toBe(name);
    expect(of().undecided).toBe(undecided.includes(name));
  });
  it("takes what both sides say until it is decided", () => {
    const wanted = undecided.includes(name) ? undefined : "CASE_DECIDED";
    for (const user of ["b", "s"])
      expect(refusalOf(() => addEvidence(of(), user, "It was red", at(3)))).toBe(wanted);
    expect(refusalOf(() => addEvidence(of(), "x", "It was red", at(3)))).toBe("NOT_YOUR_CASE");
  });
  it("is decided by an operator who takes no part in it, until it is decided", () => {
    const wanted = undecided.includes(name) ? undefined : "CASE_DECIDED";
    expect(refusalOf(() => ruled(of(), "op2"))).toBe(wanted);
    for (const party of ["b", "s"]) expect(refusalOf(() => ruled(of(), party))).toBe("OWN_CASE");
  });
  it("gives a part back that is less than what is left of the price, until it is decided", () => {
    const part = (refundAmount: number) => ({ ...refund(), ruling: CaseRuling.PART_REFUND, refundAmount });
    const ask = (amount: number) =>
      refusalOf(() => decide(of(), part(amount), { alone: true, left: 100 }, at(3)));
    expect(ask(99)).toBe(undecided.includes(name) ? undefined : "CASE_DECIDED");
    expect(ask(100)).toBe(undecided.includes(name) ? "PART_TOO_LARGE" : "CASE_DECIDED");
  });
  it("is closed and reopened by its decision alone", () => {
    const isInForce = name === "DECIDED";
    const current = of();
    expect(close(current, 2, at(3))).toBe(current);
    expect(reopen(current, 2, "refund_failed", at(3))).toBe(current);
    expect(close(current, 1, at(3)) !== current).toBe(isInForce);
    expect(reopen(current, 1, "refund_failed", at(3)) !== current).toBe(isInForce);
  });
});

describe("what is said in a case", () => {
  it("is kept once, and of each side twenty times at most", () => {
    let current = addEvidence(opened(), "b", "It was red", at(1));
    expect(addEvidence(current, "b", "It was red", at(2))).toBe(current);
    current = addEvidence(current, "s", "It was red", at(2));
    for (let n = 1; n < 20; n++) current = addEvidence(current, "b", `And ${n}`, at(3));
    expect(refusalOf(() => addEvidence(current, "b", "And more", at(4)))).toBe("TOO_MUCH_EVIDENCE");
    expect(addEvidence(current, "s", "No", at(4)).evidence).toHaveLength(22);
    expect(current.evidence.slice(0, 2).map(({ side }) => side)).toEqual([CaseSide.BUYER, CaseSide.SELLER]);
  });
  it("is in no event", () => {
    const said = addEvidence(opened(), "b", "It was red", at(1));
    expect(JSON.stringify(said.history)).not.toContain("red");
  });
});

describe("a decision", () => {
  it("is the same when it is made again by the same operator, also once it is done", () => {
    for (const current of [ruled(), closed(), proposed()]) {
      expect(decide(current, refund(), { alone: true }, at(5))).toBe(current);
    }
  });
  it("above the limit needs another operator, who has read what is proposed", () => {
    const current = proposed();
    const by = (operatorId: string, version = current.version) => ({ operatorId, version });
    expect(refusalOf(() => agree(current, by("op1"), at(2)))).toBe("ANOTHER_OPERATOR_NEEDED");
    for (const party of ["b", "s"])
      expect(refusalOf(() => agree(current, by(party), at(2)))).toBe("OWN_CASE");
    expect(refusalOf(() => agree(opened(), by("op2"), at(2)))).toBe("CASE_NOT_PROPOSED");
    expect(refusalOf(() => agree(current, by("op2", 1), at(2)))).toBe("STALE_VERSION");
    const other = decide(current, { ...refund("op3"), ruling: CaseRuling.REJECT }, { alone: false }, at(2));
    expect(refusalOf(() => agree(other, by("op2"), at(3)))).toBe("STALE_VERSION");

    const agreed = agree(current, by("op2"), at(2));
    expect(agreed.status).toBe(CaseStatus.DECIDED);
    expect(agreed.decision).toMatchObject({ operatorId: "op1", agreedBy: "op2", number: 1 });
    expect(agree(agreed, by("op2"), at(3))).toBe(agreed);
    expect(agreed.history.at(-1)?.data).toMatchObject({ operatorId: "op1", agreedBy: "op2" });
  });
  it("that cannot be done is made again, and a late word of the first one changes nothing", () => {
    const again = reopen(ruled(), 1, "refund_failed", at(2));
    expect(again).toMatchObject({ status: CaseStatus.OPEN, decision: undefined });
    const second = decide(again, { ...refund(), ruling: CaseRuling.REJECT }, { alone: true }, at(3));
    expect(second.decision?.number).toBe(2);
    expect(close(second, 1, at(4))).toBe(second);
    expect(reopen(second, 1, "refund_failed", at(4))).toBe(second);
    expect(steps(close(second, 2, at(4)))).toEqual([
      "case_opened",
      "case_decided",
      "case_reopened",
      "case_decided",
      "case_closed",
    ]);
  });
  it("is shown to buyer and seller without who made it, and not before it is one", () => {
    expect(caseMessage(proposed()).decision).toMatchObject({ operatorId: "op1" });
    expect(partyMessage(proposed()).decision).toBeUndefined();
    const shown = partyMessage(ruled());
    expect(shown.decision).toMatchObject({ ruling: CaseRuling.REFUND, reason: "It was used" });
    expect(JSON.stringify(shown, (_, value) => String(value))).not.toContain("op1");
  });
});

describe("the loss of a dispute", () => {
  const terms = { version: 3, awaited: true, inquiry: false, submitted: false, dueTime: at(60) };
  const disputed = (more = {}) =>
    openCase(
      sale,
      {
        ...{ kind: CaseKind.CHARGEBACK, subject: "du_1" },
        fact: { version: 3, ruling: CaseRuling.UNSPECIFIED },
        bank: bankAnswer({ ...terms, ...more }, at(0)),
      },
      at(0),
    );
  const bankSays = (ruling: CaseRuling) => ({ ruling, reason: "The bank", fact: { version: 4, ruling } });

  it("is all that an operator can decide while the bank decides, and the bank's word of it is no news", () => {
    for (const ruling of [CaseRuling.REJECT, CaseRuling.PART_REFUND])
      expect(refusalOf(() => decide(disputed(), { ...refund(), ruling }, { alone: true }, at(1)))).toBe(
        "BANK_DECIDES",
      );
    const accepted = ruled(disputed());
    expect([accepted.status, accepted.decision?.operatorId]).toEqual([CaseStatus.DECIDED, "op1"]);
    expect(isReopenedBy(accepted, { version: 4, ruling: CaseRuling.REFUND })).toBe(false);
    expect(ruled(accepted)).toBe(accepted);
  });

  it("is accepted by two above the limit, unless the bank decides before the second agrees", () => {
    const asked = proposed(disputed());
    const agreed = agree(asked, { operatorId: "op2", version: asked.version }, at(2));
    expect(agreed.decision).toMatchObject({ ruling: CaseRuling.REFUND, operatorId: "op1", agreedBy: "op2" });
    expect(isReopenedBy(agreed, { version: 4, ruling: CaseRuling.REFUND })).toBe(false);
    const won = settleByFact(asked, bankSays(CaseRuling.REJECT), at(2));
    expect(won.decision).toMatchObject({ ruling: CaseRuling.REJECT, reason: "The bank" });
    expect(
      refusalOf(() => decide(asked, { ...refund(), ruling: CaseRuling.REJECT }, { alone: true }, at(2))),
    ).toBe("BANK_DECIDES");
  });

  it("is not accepted once evidence goes to the bank, its time is over, or while it only asks", () => {
    const closed = closeEvidence(disputed(), at(1));
    expect(refusalOf(() => ruled(closed))).toBe("EVIDENCE_NOT_AWAITED");
    const asked = closeEvidence(proposed(disputed()), at(1));
    const agreeing = () => agree(asked, { operatorId: "op2", version: asked.version }, at(2));
    expect(refusalOf(agreeing)).toBe("EVIDENCE_NOT_AWAITED");
    expect(refusalOf(() => ruled(disputed({ dueTime: at(1) })))).toBe("EVIDENCE_NOT_AWAITED");
    expect(refusalOf(() => ruled(disputed({ inquiry: true })))).toBe("BANK_DECIDES");
    expect(closeEvidence(ruled(disputed()), at(2)).bank?.closedTime).toBeUndefined();
  });

  it("that could not be accepted leaves the case to operators", () => {
    const again = reopen(ruled(disputed()), 1, "loss_not_accepted", at(2));
    const kept = decide(again, { ...refund(), ruling: CaseRuling.REJECT }, { alone: true }, at(3));
    expect(kept.status).toBe(CaseStatus.DECIDED);
    // What nobody but an operator has said is not taken for the bank's word.
    expect(isReopenedBy(kept, { version: 9, ruling: CaseRuling.REFUND })).toBe(true);
  });

  it("is no news while it is accepted, nor what was so before the bank's word of it", () => {
    const open = (version: number) => ({ version, ruling: CaseRuling.UNSPECIFIED });
    const accepted = ruled(disputed());
    for (const version of [3, 4, 5, 6]) expect(isReopenedBy(accepted, open(version))).toBe(false);
    const lost = noteFact(accepted, { version: 5, ruling: CaseRuling.REFUND }, at(2));
    expect(noteFact(lost, { version: 5, ruling: CaseRuling.REFUND }, at(2))).toBe(lost);
    expect(noteFact(lost, open(6), at(2))).toBe(lost);
    const done = close(lost, 1, at(3));
    expect(isReopenedBy(done, open(4))).toBe(false);
    expect(isReopenedBy(done, open(6))).toBe(true);
    const heard = noteTerms(disputed(), { ...terms, version: 4 }, at(1));
    expect(isReopenedBy(close(ruled(heard), 1, at(3)), open(4))).toBe(false);
  });
});

it("the same thing opens one case, another thing another", () => {
  const ids = [
    caseIdOf("o1", CaseKind.INVALID),
    caseIdOf("o1", CaseKind.NOT_DELIVERED),
    caseIdOf("o2", CaseKind.INVALID),
    caseIdOf("o1", CaseKind.CHARGEBACK, "dp_1"),
    caseIdOf("o1", CaseKind.CHARGEBACK, "dp_2"),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  expect(opened()._id).toBe(ids[0]);
});
