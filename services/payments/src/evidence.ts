import { isDeepStrictEqual } from "node:util";
import type { Versioned } from "@ticketing/runtime/documents/document-store";
import { type Attempt, attemptAfter } from "@ticketing/runtime/stripe/attempt";
import type { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";

/** What speaks for a sale, by Stripe's fields: docs.stripe.com/api/disputes/evidence_object. */
export interface EvidenceTexts {
  productDescription: string;
  serviceDate: string;
  accessActivityLog: string;
  refundPolicyDisclosure: string;
  uncategorizedText: string;
}

/** What somebody wants to tell a bank: as a draft, or to `submit` it for good. */
export interface EvidenceWish {
  texts: EvidenceTexts;
  submit: boolean;
}

/** What came of one thing that was told. */
interface Answered {
  /** The number in its idempotency key. */
  number: number;
  /** `submitted` and `staged`, or Stripe's code of a definite refusal. */
  answer: string;
  /** Stripe's word for where the dispute was: an inquiry that became a dispute is answered anew. */
  status: string;
  time: Date;
}

/** What the bank is told about one dispute: its `_id` is Stripe's id of the dispute. */
export interface EvidenceRecord extends Versioned {
  orderId: string;
  /** The number in the idempotency key of the next call, and since when its outcome is unknown. */
  attempt: Attempt;
  /**
   * What goes with that number, stored before it is sent; absent while nothing is to be sent. `status`: where the dispute
   * was, by Stripe's word; absent in what an earlier release stored.
   */
  asked?: (EvidenceWish & { time: Date; status?: string }) | undefined;
  /**
   * The loss was accepted, or is about to be: nothing more is told. The number in the key of the next call of that.
   * `isRefused`: Stripe has refused it, so that everything is told as before until it is tried again.
   */
  accepting?: Attempt & { isRefused?: true };
  /** The draft that Stripe keeps. */
  staged?: EvidenceTexts;
  /** Oldest first: the newest of them. */
  answers: Answered[];
}

const KEPT_ANSWERS = 50;

/** Nothing was told yet. */
export const noEvidence = (disputeId: string, orderId: string): EvidenceRecord => ({
  ...{ _id: disputeId, version: 1, orderId, attempt: { number: 1 }, answers: [] },
});

/** Whether the loss was accepted, or may be. */
export const isAccepting = ({ accepting }: EvidenceRecord): boolean =>
  accepting !== undefined && !accepting.isRefused;

/**
 * The loss is about to be accepted: of what was to be told nothing is. The same record: it was begun before, or evidence
 * may have been submitted where the dispute is now, which cannot be taken back.
 */
export function accept(record: EvidenceRecord, status: string): EvidenceRecord {
  const { asked, attempt, accepting } = record;
  if (isAccepting(record) || isBeingSubmitted(record, status)) return record;
  return changed(record, {
    ...(asked && { asked: undefined, attempt: { number: attempt.number + 1 } }),
    accepting: { number: accepting?.number ?? 1 },
  });
}

/** Accepting failed, after a look has shown that it did not happen. Refused, the dispute is as it was before. */
export function notAccepted(
  record: EvidenceRecord,
  { number, kind }: { number: number; kind: StripeFailure["kind"] },
  now: Date,
  graceMs: number,
): EvidenceRecord {
  const { accepting } = record;
  if (accepting?.number !== number) return record;
  const next = attemptAfter(accepting, kind, now, graceMs);
  if (next === accepting) return record;
  return changed(record, { accepting: kind === "refused" ? { ...next, isRefused: true } : next });
}

/** The key by which the loss is accepted, as {@link evidenceKey} is one. */
export const acceptanceKey = ({ _id, accepting }: EvidenceRecord): string =>
  `${_id}:close:${accepting?.number ?? 1}`;

/** Whether what was to be submitted where the dispute is now has no outcome yet. */
const isBeingSubmitted = ({ asked }: EvidenceRecord, status: string): boolean =>
  asked?.submit === true && (asked.status ?? status) === status;

/** The same for every repeat, until this key is known to do nothing any more. */
export const evidenceKey = ({ _id, attempt }: EvidenceRecord): string => `${_id}:evidence:${attempt.number}`;

const changed = (record: EvidenceRecord, changes: Partial<EvidenceRecord>): EvidenceRecord => ({
  ...record,
  ...changes,
  version: record.version + 1,
});

/**
 * What is to be told next of a dispute that is at `status`. What was to be submitted there and may yet have been is sent as
 * it was, whatever is wished by now: a bank takes it once, and with other texts the key would be refused. What was to be
 * submitted to an inquiry is not the answer to the dispute that it became. A draft gives way to what is newer, with
 * another key. The same record: that draft is there already, or the loss is accepted.
 */
export function ask(record: EvidenceRecord, wish: EvidenceWish, status: string, now: Date): EvidenceRecord {
  const { asked, staged, attempt } = record;
  if (isAccepting(record) || isBeingSubmitted(record, status)) return record;
  if (!wish.submit && isDeepStrictEqual(staged, wish.texts)) {
    return asked ? changed(record, { asked: undefined, attempt: { number: attempt.number + 1 } }) : record;
  }
  const next = { ...wish, status, time: now };
  if (!asked) return changed(record, { asked: next });
  if (!wish.submit && !asked.submit && isDeepStrictEqual(asked.texts, wish.texts)) return record;
  return changed(record, { asked: next, attempt: { number: attempt.number + 1 } });
}

/** Stripe has what went with this number. Taken note of already: nothing changes. */
export function answered(
  record: EvidenceRecord,
  { number, status }: { number: number; status: string },
  now: Date,
): EvidenceRecord {
  const { asked, attempt, answers } = record;
  if (!asked || attempt.number !== number) return record;
  const answer = { number, answer: asked.submit ? "submitted" : "staged", status, time: now };
  return changed(record, {
    ...{ asked: undefined, attempt: { number: number + 1 } },
    ...{ answers: [...answers, answer].slice(-KEPT_ANSWERS), staged: asked.texts },
  });
}

/** It failed, after a look has shown that it did not happen: as of other attempts, and the texts stay for a repeat. */
export function notTaken(
  record: EvidenceRecord,
  failed: { number: number; status: string; failure: Pick<StripeFailure, "kind" | "code"> },
  now: Date,
  graceMs: number,
): EvidenceRecord {
  const { number, status, failure } = failed;
  const { attempt, answers } = record;
  if (attempt.number !== number) return record;
  const next = attemptAfter(attempt, failure.kind, now, graceMs);
  if (next === attempt) return record;
  if (failure.kind !== "refused") return changed(record, { attempt: next });
  const answer = { number, answer: failure.code, status, time: now };
  return changed(record, {
    ...{ asked: undefined, attempt: next, answers: [...answers, answer].slice(-KEPT_ANSWERS) },
  });
}

/** Whether it was submitted while the dispute was where it is now. */
export const isSubmitted = ({ answers }: EvidenceRecord, status: string): boolean =>
  answers.some((each) => each.answer === "submitted" && each.status === status);
