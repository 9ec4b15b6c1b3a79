import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { amend } from "@ticketing/runtime/documents/transition";
import { advance, type Earning, isFrozen } from "./earning.ts";

const { HELD, RELEASED } = EarningStatus;

/** Who keeps an earning without a case, or ends that, and why, and who else agreed to its end; empty: a case does. */
type ByHand = { operatorId?: string; reason?: string; agreedBy?: string };

export const isWaiting = ({ status }: Earning): boolean => status === HELD || status === RELEASED;

const isKeptByRefund = ({ holdReason }: Earning): boolean => holdReason === EarningHoldReason.REFUND;

/**
 * Why an earning is not transferred yet, as it is shown. What kept it before a case does stays in the document, and shows
 * again once the case has ended.
 */
export const shownHoldReason = (earning: Earning): EarningHoldReason | undefined =>
  isWaiting(earning) && isFrozen(earning) && !isKeptByRefund(earning)
    ? EarningHoldReason.CASE
    : earning.holdReason;

/**
 * A case is open: no transfer is begun until it has ended. Of one that was begun nothing more is asked, and its outcome
 * is only looked for. A case that has ended already holds nothing.
 */
export function holdForCase(earning: Earning, caseId: string, now: Date, by: ByHand = {}): Earning {
  const { cases = [], endedCases = [] } = earning;
  if (cases.includes(caseId) || endedCases.includes(caseId)) return earning;
  const held = { cases: [...cases, caseId] };
  if (!isWaiting(earning)) return amend(earning, held, now);
  return advance(earning, { case: "earningFrozen", value: { caseId, ...by } }, now, held);
}

/**
 * A case has ended, by the decision that the sale stands or without that; `despite` is the provider's id of the refund by
 * hand that it was about, if any. What is due is looked at again, once no other case keeps it.
 */
export function endCase(
  earning: Earning,
  caseId: string,
  saleStands: boolean,
  now: Date,
  by: ByHand = {},
  despite = "",
): Earning {
  const { cases = [], endedCases = [], standsDespite = [], status } = earning;
  if (endedCases.includes(caseId)) return earning;
  const ended = {
    cases: cases.filter((id) => id !== caseId),
    endedCases: [...endedCases, caseId],
    ...(saleStands && { saleStands }),
    ...(saleStands && despite && { standsDespite: [...standsDespite, despite] }),
  };
  if (!cases.includes(caseId)) return amend(earning, ended, now);
  const isDue = status === RELEASED && ended.cases.length === 0 && !isKeptByRefund(earning);
  const changes = { ...ended, ...(isDue && { dueTime: now }) };
  return advance(earning, { case: "earningCaseEnded", value: { caseId, ...by } }, now, changes);
}
