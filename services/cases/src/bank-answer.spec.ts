import { describe, expect, it } from "@jest/globals";
import { CaseKind } from "@ticketing/proto/cases/v1/case";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { type BankTerms, bankAnswer, closeEvidence, noteTerms, submitEarly } from "./bank-answer.ts";
import { addEvidence, type Case, openCase } from "./case.ts";
import { caseMessage, partyMessage } from "./case-message.ts";

const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1) + minutes * 60_000);
const sale = {
  ...{ orderId: "o1", buyerId: "b", sellerId: "s", title: "Jazz" },
  price: { minorUnits: 5_000, currency: "EUR" },
};
const terms = (facts: Partial<BankTerms> = {}): BankTerms => ({
  ...{ version: 1, awaited: true, inquiry: false, submitted: false, dueTime: at(600) },
  ...facts,
});
const opened = (facts: Partial<BankTerms> = {}) =>
  openCase(
    sale,
    { kind: CaseKind.CHARGEBACK, subject: "du_1", bank: bankAnswer(terms(facts), at(0)) },
    at(0),
  );
const steps = (current: Case) => current.history.map(({ type }) => type).slice(1);
const refusalOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
};
const submitted = (version = 2) => terms({ version, awaited: false, submitted: true });

describe("evidence of a disputed charge", () => {
  it("takes nothing more once it is submitted", () => {
    const said = addEvidence(opened(), "s", "It was mine", at(1));
    const closed = closeEvidence(said, at(2));
    expect(closeEvidence(closed, at(3))).toBe(closed);
    for (const user of ["b", "s"])
      expect(refusalOf(() => addEvidence(closed, user, "And more", at(3)))).toBe("EVIDENCE_CLOSED");
    // Said already: that it was is what the caller wants to know.
    expect(addEvidence(closed, "s", "It was mine", at(3))).toBe(closed);
    const told = noteTerms(closed, submitted(), at(4));
    expect(told.bank).toMatchObject({ closedTime: at(2), submittedTime: at(4) });
    expect(steps(told)).toEqual([
      ...["case_evidence_added", "case_evidence_closed", "case_evidence_submitted"],
    ]);
  });

  it("is submitted early by an operator who takes no part in it, once", () => {
    for (const party of ["b", "s"])
      expect(refusalOf(() => submitEarly(opened(), party, at(1)))).toBe("OWN_CASE");
    const early = submitEarly(opened(), "op", at(1));
    expect(early.history.at(-1)?.data).toEqual({ operatorId: "op" });
    expect(submitEarly(early, "op2", at(2))).toBe(early);
    expect(caseMessage(early).bankAnswer?.operatorId).toBe("op");
    expect(partyMessage(early).bankAnswer?.operatorId).toBe("");
  });

  it("is closed only while the bank awaits some", () => {
    const complaint = openCase(sale, { kind: CaseKind.INVALID }, at(0));
    for (const none of [complaint, opened({ awaited: false })]) {
      expect(closeEvidence(none, at(1))).toBe(none);
      expect(refusalOf(() => submitEarly(none, "op", at(1)))).toBe("EVIDENCE_NOT_AWAITED");
    }
  });

  it("that somebody submitted at the provider is closed, too", () => {
    const told = noteTerms(opened(), submitted(), at(3));
    expect(told.bank).toMatchObject({ awaited: false, closedTime: at(3), submittedTime: at(3) });
    expect(opened({ awaited: false, submitted: true }).bank?.submittedTime).toEqual(at(0));
  });

  it("is awaited anew of an inquiry that became a dispute: both sides can say more", () => {
    const told = noteTerms(closeEvidence(opened(), at(1)), submitted(), at(2));
    const again = noteTerms(told, terms({ version: 3, submitted: true, dueTime: at(900) }), at(3));
    expect(again.bank).toMatchObject({ awaited: true, dueTime: at(900) });
    expect([again.bank?.closedTime, again.bank?.submittedTime]).toEqual([undefined, undefined]);
    expect(steps(addEvidence(again, "b", "It was red", at(4))).slice(-2)).toEqual([
      ...["case_evidence_awaited", "case_evidence_added"],
    ]);
  });

  it("has the time that was said last, and stays closed where only that changed", () => {
    const closed = closeEvidence(opened(), at(1));
    const moved = noteTerms(closed, terms({ version: 3, dueTime: at(700) }), at(2));
    expect(moved.bank).toMatchObject({ dueTime: at(700), closedTime: at(1) });
    expect(noteTerms(moved, terms({ version: 2, dueTime: at(650) }), at(3))).toBe(moved);
    expect(steps(noteTerms(moved, terms({ version: 4, dueTime: at(700) }), at(3)))).toEqual(steps(moved));
  });

  it("is awaited anew of an inquiry that became a dispute before it was answered", () => {
    const inquiry = closeEvidence(opened({ inquiry: true }), at(1));
    // The bank may leave its time as it was.
    for (const dueTime of [at(600), at(900)]) {
      const again = noteTerms(inquiry, terms({ version: 2, dueTime }), at(2));
      expect(again.bank).toMatchObject({ awaited: true, inquiry: false, dueTime });
      expect(again.bank?.closedTime).toBeUndefined();
      expect(steps(again).at(-1)).toBe("case_evidence_awaited");
      expect(noteTerms(again, terms({ version: 3, dueTime }), at(3)).bank?.version).toBe(3);
    }
    // Of what an earlier release noted nobody knows whether it was one.
    const old = { ...inquiry, bank: { version: 1, awaited: true, dueTime: at(600), closedTime: at(1) } };
    const noted = noteTerms(old, terms({ version: 2, dueTime: at(900) }), at(2));
    expect(noted.bank).toMatchObject({ inquiry: false, closedTime: at(1) });
  });

  it("is not what older news says, where newer news said the same as before", () => {
    const same = noteTerms(opened(), terms({ version: 3 }), at(1));
    expect(steps(same)).toEqual([]);
    expect(noteTerms(same, submitted(2), at(2))).toBe(same);
    expect(noteTerms(same, terms({ version: 3 }), at(2))).toBe(same);
    expect(steps(noteTerms(same, submitted(4), at(2)))).toEqual(["case_evidence_submitted"]);
  });

  it("is not submitted early once the bank's time is over", () => {
    expect(refusalOf(() => submitEarly(opened(), "op", at(600)))).toBe("EVIDENCE_NOT_AWAITED");
    const closed = closeEvidence(opened(), at(599));
    expect(submitEarly(closed, "op", at(601))).toBe(closed);
  });

  it("of a case that an earlier release opened is awaited once something is heard of it", () => {
    const old = openCase(sale, { kind: CaseKind.CHARGEBACK, subject: "du_1" }, at(0));
    expect(steps(noteTerms(old, terms(), at(1)))).toEqual(["case_evidence_awaited"]);
  });
});
