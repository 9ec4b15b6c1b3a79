import { CaseKind, CaseRuling, CaseSide, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { type Aggregate, amend } from "@ticketing/runtime/documents/transition";
import { isOver } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { derivedId } from "@ticketing/runtime/process/ids";
import type { Money } from "@ticketing/runtime/values/money";
import type { BankAnswer } from "./bank-answer.ts";
import { advance, begin, type CaseTransitionType } from "./case-transitions.ts";

const { OPEN, PROPOSED, DECIDED, CLOSED } = CaseStatus;

/** What one side says. */
export interface Evidence {
  side: CaseSide;
  text: string;
  time: Date;
}

/** How a case was decided, or is to be. */
export interface Decision {
  ruling: CaseRuling;
  reason: string;
  /** What of the price goes back, in minor units; absent unless a part does. */
  refundAmount?: number;
  /** Absent where no operator took part. */
  operatorId?: string;
  /** The other operator, where one had to agree. */
  agreedBy?: string;
  time: Date;
  /** 1 for the first decision of the case, one more for each. */
  number: number;
}

/** What the payment provider says of what a case is about. */
export interface ProviderFact {
  /** The version of the payment that says so. */
  version: number;
  /** How the case ends by it; UNSPECIFIED while nothing is decided. */
  ruling: CaseRuling;
}

/** Something that went wrong with a sale, until it is settled. */
export interface Case extends Aggregate<CaseTransitionType> {
  orderId: string;
  buyerId: string;
  sellerId: string;
  /** Buyer and seller: whose lists it is in. */
  parties: string[];
  title: string;
  price: Money;
  kind: CaseKind;
  /** What it is about at the payment provider; empty where it is about nothing there. */
  subject: string;
  status: CaseStatus;
  /**
   * What the payment provider had said of the subject when that opened or decided this case, and by which version of the
   * payment. Absent of other cases, and of those that an earlier release opened and nothing was heard of since.
   */
  fact?: ProviderFact;
  /**
   * Of a CHARGEBACK: what the bank takes and was told. Absent of others, and of those of which nothing was heard since an
   * earlier release.
   */
  bank?: BankAnswer;
  /** Whether it is OPEN or PROPOSED: what operators have to decide is found by it. */
  undecided: boolean;
  /** Oldest first. */
  evidence: Evidence[];
  decision?: Decision | undefined;
  /** How often it was decided or proposed. */
  decisions: number;
  createTime: Date;
}

/** The sale that a case is about. */
export type DisputedSale = Pick<Case, "orderId" | "buyerId" | "sellerId" | "title" | "price">;

const MAX_EVIDENCE = 20;

const statusName = (status: CaseStatus): string => CaseStatus[status] ?? "UNSPECIFIED";

/** The same thing opens one case, however often it is heard of. */
export const caseIdOf = (orderId: string, kind: CaseKind, subject = ""): string =>
  derivedId(orderId, `case:${CaseKind[kind]}:${subject}`);

/** Something went wrong with a sale: an operator has to decide. */
export function openCase(
  sale: DisputedSale,
  about: { kind: CaseKind; subject?: string; fact?: ProviderFact; bank?: BankAnswer | undefined },
  now: Date,
): Case {
  const { kind, subject = "", fact, bank } = about;
  const opened = {
    ...sale,
    ...{ _id: caseIdOf(sale.orderId, kind, subject), parties: [sale.buyerId, sale.sellerId] },
    ...{ kind, subject, status: OPEN, undecided: true, evidence: [], decisions: 0, createTime: now },
    ...(fact && { fact }),
    ...(bank && { bank }),
  };
  return begin(opened, { case: "caseOpened", value: {} }, now);
}

/** Whose part the user takes; undefined for anybody else. */
export function sideOf(
  { buyerId, sellerId }: Pick<DisputedSale, "buyerId" | "sellerId">,
  userId: string,
): CaseSide | undefined {
  if (userId === buyerId) return CaseSide.BUYER;
  return userId === sellerId ? CaseSide.SELLER : undefined;
}

const decided = ({ status }: Case) =>
  new DomainError("CASE_DECIDED", "this case is decided", { status: statusName(status) });

/**
 * Buyer or seller says what happened. Said already: nothing changes. Throws NOT_YOUR_CASE, CASE_DECIDED,
 * EVIDENCE_CLOSED or TOO_MUCH_EVIDENCE.
 */
export function addEvidence(current: Case, userId: string, text: string, now: Date): Case {
  const side = sideOf(current, userId);
  if (!side) throw new DomainError("NOT_YOUR_CASE", "this case is about somebody else's order");
  const said = current.evidence.filter((each) => each.side === side);
  if (said.some((each) => each.text === text)) return current;
  if (!current.undecided) throw decided(current);
  if (current.bank?.closedTime) {
    throw new DomainError("EVIDENCE_CLOSED", "what both sides said goes to the bank");
  }
  if (said.length >= MAX_EVIDENCE) {
    throw new DomainError("TOO_MUCH_EVIDENCE", "nothing can be added any more");
  }
  const evidence = [...current.evidence, { side, text, time: now }];
  return advance(current, { case: "caseEvidenceAdded", value: { side } }, now, { evidence });
}

/** Throws OWN_CASE for an operator who is its buyer or seller. */
export function requireOutsider(current: Case, operatorId: string): void {
  if (sideOf(current, operatorId)) {
    throw new DomainError("OWN_CASE", "nobody decides about an order of their own");
  }
}

/** What an operator wants. */
export interface Verdict {
  operatorId: string;
  ruling: CaseRuling;
  reason: string;
  /** Minor units; with PART_REFUND alone. */
  refundAmount?: number;
}

/** How a verdict or a decision says in an event what of the price goes back. */
const amountFact = ({ refundAmount }: Pick<Decision, "refundAmount">) => ({
  refundAmount: refundAmount ? String(refundAmount) : "",
});

/**
 * An operator decides; or proposes where a second one has to agree. The same by the same operator again: nothing changes.
 * `left` is what is left of the price after parts that went back before, in minor units. Throws OWN_CASE, BANK_DECIDES,
 * EVIDENCE_NOT_AWAITED, PART_TOO_LARGE with left, or CASE_DECIDED.
 */
export function decide(
  current: Case,
  verdict: Verdict,
  { alone, left = current.price.minorUnits }: { alone: boolean; left?: number },
  now: Date,
): Case {
  const { operatorId, ruling, reason } = verdict;
  requireOutsider(current, operatorId);
  const known = current.decision;
  const isKnown =
    known?.operatorId === operatorId &&
    known.ruling === ruling &&
    known.reason === reason &&
    known.refundAmount === verdict.refundAmount;
  if (isKnown) return current;
  if (!current.undecided) throw decided(current);
  if (isForBank(current)) requireAcceptable(current, ruling, now);
  if (verdict.refundAmount !== undefined && verdict.refundAmount >= left) {
    throw new DomainError("PART_TOO_LARGE", "a part is less than what is left", { left: String(left) });
  }
  const number = current.decisions + 1;
  const decision = { ...verdict, time: now, number };
  if (!alone) {
    const proposed = { status: PROPOSED, decision, decisions: number };
    return advance(
      current,
      { case: "caseProposed", value: { operatorId, ruling, reason, ...amountFact(verdict) } },
      now,
      proposed,
    );
  }
  return settle(accepting(current), decision, now);
}

/**
 * Whether the cardholder's bank decides it. An operator can only accept the loss, until what was decided could not be
 * done.
 */
export const isForBank = ({ kind, history }: Case): boolean =>
  kind === CaseKind.CHARGEBACK && !history.some(({ type }) => type === "case_reopened");

/** Throws BANK_DECIDES, or EVIDENCE_NOT_AWAITED where the bank has what both sides said, or its time is over. */
function requireAcceptable({ bank }: Case, ruling: CaseRuling, now: Date): void {
  if (ruling !== CaseRuling.REFUND || bank?.inquiry) {
    throw new DomainError("BANK_DECIDES", "the cardholder's bank decides this case");
  }
  const isOpen = bank?.awaited && !bank.closedTime && bank.dueTime && !isOver(bank.dueTime, now);
  if (!isOpen) {
    throw new DomainError("EVIDENCE_NOT_AWAITED", "the loss of this dispute cannot be accepted any more");
  }
}

/**
 * Where the loss of a dispute is accepted the bank will say that it is lost: that is no news then, nor is what was heard
 * before.
 */
function accepting(current: Case): Case {
  const { fact, bank } = current;
  if (!isForBank(current) || !fact) return current;
  const version = Math.max(fact.version, bank?.version ?? 0);
  return { ...current, fact: { version, ruling: CaseRuling.REFUND } };
}

/** Whether an operator has accepted the loss of a dispute. */
const isAccepted = (current: Case): boolean =>
  !current.undecided && isForBank(current) && current.decision?.operatorId !== undefined;

/**
 * Another operator agrees to what was proposed, as of the version that they have read. Agreed already: nothing changes.
 * Throws OWN_CASE, CASE_NOT_PROPOSED, ANOTHER_OPERATOR_NEEDED, STALE_VERSION, or EVIDENCE_NOT_AWAITED as `decide` does.
 */
export function agree(current: Case, by: { operatorId: string; version: number }, now: Date): Case {
  const { decision } = current;
  requireOutsider(current, by.operatorId);
  if (decision?.agreedBy === by.operatorId) return current;
  if (!decision || current.status !== PROPOSED) {
    const facts = { status: statusName(current.status) };
    throw new DomainError("CASE_NOT_PROPOSED", "there is no proposal to agree to", facts);
  }
  if (decision.operatorId === by.operatorId) {
    throw new DomainError("ANOTHER_OPERATOR_NEEDED", "another operator has to agree to this");
  }
  if (current.version !== by.version) {
    const facts = { version: String(current.version) };
    throw new DomainError("STALE_VERSION", "the case has changed", facts);
  }
  if (isForBank(current)) requireAcceptable(current, decision.ruling, now);
  return settle(accepting(current), { ...decision, agreedBy: by.operatorId, time: now }, now);
}

function settle(current: Case, decision: Decision, now: Date): Case {
  const { ruling, reason, operatorId = "", agreedBy = "", number } = decision;
  const changes = { status: DECIDED, undecided: false, decision, decisions: number };
  const value = { ruling, operatorId, reason, agreedBy, ...amountFact(decision) };
  return advance(current, { case: "caseDecided", value }, now, changes);
}

/**
 * What a bank or the payment provider decided decides the case, without an operator. What is decided already stays; what
 * a bank decided and could not be done an operator decides. What is older than what the case is about decides nothing.
 */
export function settleByFact(
  current: Case,
  { ruling, reason, fact }: Pick<Decision, "ruling" | "reason"> & Pick<Case, "fact">,
  now: Date,
): Case {
  if (!current.undecided || isOlder(fact, current.fact)) return current;
  if (current.kind === CaseKind.CHARGEBACK && !isForBank(current)) return current;
  const decision = { ruling, reason, time: now, number: current.decisions + 1 };
  return settle(fact ? { ...current, fact } : current, decision, now);
}

/** Whether this was so before what a case is about. */
const isOlder = (fact: ProviderFact | undefined, known: ProviderFact | undefined): boolean =>
  fact !== undefined && known !== undefined && fact.version < known.version;

/**
 * Takes note of what the payment provider says of a case that is not decided; and that a loss is one which was accepted,
 * so that what was so before it is known to be late.
 */
export function noteFact(current: Case, fact: ProviderFact, now: Date): Case {
  const { undecided, fact: known } = current;
  const isSame = known?.ruling === fact.ruling;
  if (undecided) return isSame || isOlder(fact, known) ? current : amend(current, { fact }, now);
  const isConfirmed = isAccepted(current) && isSame && fact.version > known.version;
  return isConfirmed ? amend(current, { fact }, now) : current;
}

/**
 * Whether the payment provider has taken up again, or turned round, what decided this case: then it is about another
 * case. That a dispute is open while its loss is being accepted is neither.
 */
export function isReopenedBy(current: Case, fact: ProviderFact): boolean {
  const { undecided, fact: known, status } = current;
  if (undecided || known === undefined || fact.ruling === known.ruling) return false;
  if (status === DECIDED && isAccepted(current) && fact.ruling === CaseRuling.UNSPECIFIED) return false;
  return fact.version > known.version;
}

const isInForce = ({ status, decision }: Case, number: number): boolean =>
  status === DECIDED && decision?.number === number;

/** What this decision says is done. Where another one is in force, nothing changes. */
export function close(current: Case, number: number, now: Date): Case {
  if (!isInForce(current, number)) return current;
  return advance(current, { case: "caseClosed", value: {} }, now, { status: CLOSED });
}

/**
 * What this decision says cannot be done: it is to be decided again. Where another one is in force, nothing changes. Of a
 * loss that could not be accepted the bank has said nothing yet.
 */
export function reopen(current: Case, number: number, refusal: string, now: Date): Case {
  if (!isInForce(current, number)) return current;
  const { fact } = current;
  const unsaid = isAccepted(current) && fact && { fact: { ...fact, ruling: CaseRuling.UNSPECIFIED } };
  const changes = { status: OPEN, undecided: true, decision: undefined, ...unsaid };
  return advance(current, { case: "caseReopened", value: { refusal } }, now, changes);
}
