import { describe, expect, it } from "@jest/globals";
import {
  answered,
  ask as askAt,
  type EvidenceRecord,
  evidenceKey,
  isSubmitted,
  noEvidence,
  notTaken,
} from "./evidence.ts";

const GRACE_MS = 60_000;
const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + seconds * 1_000);
const texts = (said: string) => ({
  ...{ productDescription: "Jazz", serviceDate: "", accessActivityLog: "", refundPolicyDisclosure: "" },
  uncategorizedText: said,
});
const draft = (said: string) => ({ texts: texts(said), submit: false });
const final = (said: string) => ({ texts: texts(said), submit: true });
const status = "needs_response";
const unknown = { kind: "unknown", code: "" } as const;
const ask = (record: EvidenceRecord, wish: Parameters<typeof askAt>[1], now: Date) =>
  askAt(record, wish, status, now);
const fresh = () => noEvidence("du_1", "o1");
const done = (record: EvidenceRecord) => answered(record, { number: record.attempt.number, status }, at(0));
const failed = (
  record: EvidenceRecord,
  failure: Parameters<typeof notTaken>[1]["failure"],
  seconds: number,
) => notTaken(record, { number: record.attempt.number, status, failure }, at(seconds), GRACE_MS);

describe("what a bank is told", () => {
  it("has a key of its own for each thing that is told", () => {
    const staged = ask(fresh(), draft("a"), at(0));
    expect(evidenceKey(staged)).toBe("du_1:evidence:1");
    expect(evidenceKey(ask(done(staged), draft("b"), at(1)))).toBe("du_1:evidence:2");
    expect(evidenceKey(ask(staged, draft("b"), at(1)))).toBe("du_1:evidence:2");
    expect(evidenceKey(ask(staged, final("a"), at(1)))).toBe("du_1:evidence:2");
  });

  it("is not told again where Stripe keeps it as a draft", () => {
    const staged = done(ask(fresh(), draft("a"), at(0)));
    expect(ask(staged, draft("a"), at(1))).toBe(staged);
    // Nor is what was to replace it, once it is wished again.
    const replaced = ask(staged, draft("b"), at(1));
    expect(ask(replaced, draft("a"), at(2))).toMatchObject({ asked: undefined, attempt: { number: 3 } });
  });

  it("stays as it was once it may have been submitted, until it is known what came of it", () => {
    const submitted = ask(fresh(), final("a"), at(0));
    expect(ask(submitted, final("b"), at(1))).toBe(submitted);
    expect(ask(submitted, draft("b"), at(1))).toBe(submitted);
    const late = failed(failed(submitted, unknown, 1), unknown, 1 + (2 * GRACE_MS) / 1_000);
    expect(late).toMatchObject({ attempt: { number: 2 }, asked: final("a") });
    expect(ask(late, final("b"), at(500))).toBe(late);
  });

  it("is not what was to be submitted before the dispute went elsewhere", () => {
    const inquiry = askAt(fresh(), final("a"), "warning_needs_response", at(0));
    expect(ask(inquiry, draft("b"), at(1))).toMatchObject({
      ...{ asked: { ...draft("b"), status }, attempt: { number: 2 } },
    });
    expect(ask(inquiry, draft("a"), at(1))).toMatchObject({ asked: draft("a"), attempt: { number: 2 } });
    expect(ask(inquiry, final("b"), at(1))).toMatchObject({ asked: final("b"), attempt: { number: 2 } });
    // A draft that Stripe keeps does not make it one.
    const staged = done(ask(fresh(), draft("a"), at(0)));
    const after = askAt(staged, final("a"), "warning_needs_response", at(1));
    expect(ask(after, draft("a"), at(2))).toMatchObject({ asked: undefined, attempt: { number: 3 } });
  });

  it("keeps its key while its outcome is unknown, and has another one once it is refused", () => {
    const submitted = ask(fresh(), final("a"), at(0));
    const once = failed(submitted, unknown, 1);
    expect(once.attempt).toEqual({ number: 1, unknownSince: at(1) });
    expect(failed(once, unknown, GRACE_MS / 1_000)).toBe(once);
    const refused = failed(once, { kind: "refused", code: "parameter_invalid" }, 2);
    expect(refused).toMatchObject({ attempt: { number: 2 }, asked: undefined });
    expect(refused.answers).toMatchObject([{ number: 1, answer: "parameter_invalid" }]);
    expect(ask(refused, final("b"), at(3))).toMatchObject({ asked: final("b"), attempt: { number: 2 } });
  });

  it("takes note of an answer once, and of none for what is not asked any more", () => {
    const submitted = ask(fresh(), final("a"), at(0));
    const known = done(submitted);
    expect(answered(known, { number: 1, status }, at(2))).toBe(known);
    expect(notTaken(known, { number: 1, status, failure: unknown }, at(2), GRACE_MS)).toBe(known);
    expect([isSubmitted(known, status), isSubmitted(known, "warning_needs_response")]).toEqual([true, false]);
    expect(isSubmitted(done(ask(fresh(), draft("a"), at(0))), status)).toBe(false);
  });
});
