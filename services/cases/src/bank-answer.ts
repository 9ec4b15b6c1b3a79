import { CaseKind } from "@ticketing/proto/cases/v1/case";
import { amend } from "@ticketing/runtime/documents/transition";
import { isOver } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { type Case, requireOutsider } from "./case.ts";
import { advance } from "./case-transitions.ts";

/** What a bank takes of evidence, as a version of the payment says it. */
export interface BankTerms {
  version: number;
  awaited: boolean;
  /** Whether it only asks, and has withdrawn nothing yet. */
  inquiry: boolean;
  submitted: boolean;
  /** Until when it takes any; absent where it takes none. */
  dueTime?: Date | undefined;
}

/** What the bank of a CHARGEBACK takes, and what it was told. */
export interface BankAnswer {
  /** The version of the payment that says so. */
  version: number;
  awaited: boolean;
  /** Whether what it awaits answers an inquiry; absent in what an earlier release noted. */
  inquiry?: boolean;
  dueTime?: Date | undefined;
  /** Since when nothing is added any more; absent before. */
  closedTime?: Date | undefined;
  /** Who had it submitted before its time; absent where nobody did. */
  operatorId?: string | undefined;
  /** When it was known to be submitted. */
  submittedTime?: Date | undefined;
}

/** What a case begins with. */
export const bankAnswer = (
  { version, awaited, inquiry, submitted, dueTime }: BankTerms,
  now: Date,
): BankAnswer => ({
  ...{ version, awaited, inquiry, dueTime },
  ...(submitted && !awaited && { closedTime: now, submittedTime: now }),
});

/** Whether the bank awaits something else than before: an inquiry may become a dispute before it was answered. */
const isAnew = (known: BankAnswer | undefined, { awaited, inquiry }: BankTerms): boolean =>
  awaited && (!known?.awaited || (known.inquiry ?? inquiry) !== inquiry);

const isSame = (known: BankAnswer, terms: BankTerms): boolean =>
  known.awaited === terms.awaited &&
  known.dueTime?.getTime() === terms.dueTime?.getTime() &&
  !isAnew(known, terms);

/**
 * Takes note of what the bank takes, of a dispute that is not decided; news that is no newer changes nothing, and of the
 * same terms only the version is noted. Where it takes evidence anew, as of an inquiry that became a dispute, both sides
 * can say more.
 */
export function noteTerms(current: Case, terms: BankTerms, now: Date): Case {
  const { bank: known, undecided, kind } = current;
  const { version, awaited, inquiry, submitted, dueTime } = terms;
  if (!undecided || kind !== CaseKind.CHARGEBACK) return current;
  if (known && version <= known.version) return current;
  if (known && isSame(known, terms)) return amend(current, { bank: { ...known, version } }, now);
  if (awaited) {
    const bank = isAnew(known, terms)
      ? bankAnswer(terms, now)
      : { ...known, version, awaited, inquiry, dueTime };
    return advance(current, { case: "caseEvidenceAwaited", value: {} }, now, { bank });
  }
  const bank = { ...known, version, awaited, dueTime };
  if (!submitted) return amend(current, { bank }, now);
  const told = { ...bank, closedTime: known?.closedTime ?? now, submittedTime: now };
  return advance(current, { case: "caseEvidenceSubmitted", value: {} }, now, { bank: told });
}

const isAwaited = ({ undecided, bank }: Case): boolean => undecided && bank?.awaited === true;

/** Nothing can be added any more: what was said is submitted. Closed already, or not awaited: nothing changes. */
export function closeEvidence(current: Case, now: Date, operatorId?: string): Case {
  const { bank } = current;
  if (!bank || bank.closedTime || !isAwaited(current)) return current;
  const closed = { ...bank, closedTime: now, operatorId };
  const value = { operatorId: operatorId ?? "" };
  return advance(current, { case: "caseEvidenceClosed", value }, now, { bank: closed });
}

/**
 * An operator has it submitted before its time. Throws OWN_CASE, or EVIDENCE_NOT_AWAITED also where the bank's time is
 * over.
 */
export function submitEarly(current: Case, operatorId: string, now: Date): Case {
  requireOutsider(current, operatorId);
  const { bank } = current;
  const isLate = bank?.dueTime !== undefined && isOver(bank.dueTime, now);
  if (!bank?.closedTime && (isLate || !isAwaited(current))) {
    throw new DomainError("EVIDENCE_NOT_AWAITED", "the bank awaits no evidence of this case");
  }
  return closeEvidence(current, now, operatorId);
}
