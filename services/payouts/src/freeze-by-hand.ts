import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { advance, type Earning } from "./earning.ts";
import { endCase, holdForCase, isWaiting } from "./earning-cases.ts";

/** Which operator decides, and why. */
interface Decision {
  operatorId: string;
  reason: string;
}

/** An operator keeps an earning, or kept it once. */
export interface Freeze {
  /** What stands for a case among those that keep it: each time another. */
  caseId: string;
  /** Who froze it last; absent where an earlier release did. */
  by?: Decision & { time: Date };
  /** Who wants it to be free again, and which other operator has agreed to that. */
  proposal?: Decision & { time: Date; agreedBy?: string };
}

const PREFIX = "hand-";
const byHand = (ids: readonly string[] = []) => ids.filter((id) => id.startsWith(PREFIX));

/**
 * Earnings that an operator keeps and that would be transferred else: other cases have ids that begin with a digit or a
 * letter up to f.
 */
export const FROZEN_BY_HAND = {
  cases: { $elemMatch: { $gte: PREFIX, $lt: "hand." } },
  status: { $in: [EarningStatus.HELD, EarningStatus.RELEASED] },
};

/** What is known of the operator who keeps it; undefined: none does. */
export function freezeOf({ cases, freeze: known }: Pick<Earning, "cases" | "freeze">): Freeze | undefined {
  const [caseId] = byHand(cases);
  if (!caseId) return undefined;
  return known?.caseId === caseId ? known : { caseId };
}

/**
 * An operator keeps the earning. Kept by one already: nothing changes, but that a proposal to free it is off. Throws
 * EARNING_NOT_WAITING with status.
 */
export function freeze(earning: Earning, by: Decision, now: Date): Earning {
  const known = freezeOf(earning);
  const frozen = (caseId: string) => ({ caseId, by: { ...by, time: now } });
  if (known?.proposal) {
    const value = { caseId: known.caseId, ...by };
    return advance(earning, { case: "earningFrozen", value }, now, { freeze: frozen(known.caseId) });
  }
  if (known) return earning;
  if (!isWaiting(earning)) {
    const status = (EarningStatus[earning.status] ?? "").toLowerCase();
    throw new DomainError("EARNING_NOT_WAITING", "it does not wait to be transferred", { status });
  }
  const caseId = `${PREFIX}${byHand(earning.endedCases).length + 1}`;
  return { ...holdForCase(earning, caseId, now, by), freeze: frozen(caseId) };
}

/**
 * An operator keeps the earning no more; or, where a second one has to agree, proposes that. Kept by none, or proposed by
 * the same already: nothing changes. Throws OWN_FAVOUR for what they earned.
 */
export function unfreeze(earning: Earning, by: Decision, { alone }: { alone: boolean }, now: Date): Earning {
  const known = freezeOf(earning);
  if (!known) return earning;
  requireOutsider(earning, by);
  if (alone) return endCase(earning, known.caseId, false, now, by);
  if (known.proposal?.operatorId === by.operatorId && known.proposal.reason === by.reason) return earning;
  const value = { caseId: known.caseId, ...by };
  const proposed = { ...known, proposal: { ...by, time: now } };
  return advance(earning, { case: "earningUnfreezeProposed", value }, now, { freeze: proposed });
}

/**
 * Another operator agrees that it is free again, as of the version that they have read. Agreed already: nothing changes.
 * Throws OWN_FAVOUR, UNFREEZE_NOT_PROPOSED, ANOTHER_OPERATOR_NEEDED or STALE_VERSION.
 */
export function agreeToUnfreeze(
  earning: Earning,
  by: { operatorId: string; version: number },
  now: Date,
): Earning {
  const known = freezeOf(earning);
  requireOutsider(earning, by);
  if (!known && earning.freeze?.proposal?.agreedBy === by.operatorId) return earning;
  const { proposal } = known ?? {};
  if (!known || !proposal) {
    throw new DomainError("UNFREEZE_NOT_PROPOSED", "nobody proposed to free it, or it is free");
  }
  const { operatorId, reason } = proposal;
  if (operatorId === by.operatorId) {
    throw new DomainError("ANOTHER_OPERATOR_NEEDED", "another operator has to agree to this");
  }
  if (earning.version !== by.version) {
    const facts = { version: String(earning.version) };
    throw new DomainError("STALE_VERSION", "the earning has changed", facts);
  }
  const agreedBy = by.operatorId;
  const freed = endCase(earning, known.caseId, false, now, { operatorId, reason, agreedBy });
  return { ...freed, freeze: { ...known, proposal: { ...proposal, agreedBy } } };
}

function requireOutsider({ sellerId }: Earning, by: { operatorId: string }): void {
  if (sellerId === by.operatorId) {
    throw new DomainError("OWN_FAVOUR", "nobody frees what they earned themselves");
  }
}
