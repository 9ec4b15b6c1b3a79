import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type CaseSchema, CaseStatus, CaseStepSchema } from "@ticketing/proto/cases/v1/case";
import { readTransition } from "@ticketing/runtime/documents/transition";
import { moneyInit } from "@ticketing/runtime/values/money";
import type { BankAnswer } from "./bank-answer.ts";
import type { Case, Decision } from "./case.ts";

/** What other services learn of a case by its events: nothing of what buyer and seller say. */
export const caseState = (current: Case) => ({
  id: current._id,
  orderId: current.orderId,
  buyerId: current.buyerId,
  sellerId: current.sellerId,
  kind: current.kind,
  status: current.status,
  version: BigInt(current.version),
  createTime: timestampFromDate(current.createTime),
});

/** The case as operators see it. */
export function caseMessage(
  current: Case,
  decision: Decision | undefined = current.decision,
): MessageInitShape<typeof CaseSchema> {
  const { bank } = current;
  return {
    ...caseState(current),
    title: current.title,
    price: moneyInit(current.price),
    subject: current.subject,
    bankAnswer: bank && bankMessage(bank),
    evidence: current.evidence.map(({ time, ...said }) => ({ ...said, time: timestampFromDate(time) })),
    decision: decision && {
      ...decision,
      time: timestampFromDate(decision.time),
      refundAmount: BigInt(decision.refundAmount ?? 0),
    },
    timeline: current.history.map((step) => ({
      version: BigInt(step.version),
      time: timestampFromDate(step.time),
      transition: readTransition(CaseStepSchema, step),
    })),
  };
}

const bankMessage = ({ awaited, dueTime, closedTime, operatorId, submittedTime }: BankAnswer) => ({
  evidenceAwaited: awaited,
  evidenceDueTime: dueTime && timestampFromDate(dueTime),
  evidenceClosedTime: closedTime && timestampFromDate(closedTime),
  operatorId: operatorId ?? "",
  evidenceSubmittedTime: submittedTime && timestampFromDate(submittedTime),
});

/** The case as buyer and seller see it: not who decides or acts, and not what is only proposed. */
export function partyMessage(known: Case): MessageInitShape<typeof CaseSchema> {
  const current = known.bank ? { ...known, bank: { ...known.bank, operatorId: undefined } } : known;
  const { decision } = current;
  if (!decision) return caseMessage(current);
  const { operatorId, agreedBy, ...shown } = decision;
  const message = caseMessage(current, shown);
  return current.status === CaseStatus.PROPOSED ? { ...message, decision: undefined } : message;
}
