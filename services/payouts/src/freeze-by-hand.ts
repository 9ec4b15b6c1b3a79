import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Earning } from "./earning.ts";
import { endCase, holdForCase, isWaiting } from "./earning-cases.ts";

/** Which operator decides, and why. */
interface Decision {
  operatorId: string;
  reason: string;
}

/** What stands for a case where an operator keeps an earning without one: each time another. */
const PREFIX = "hand-";
const byHand = (ids: readonly string[] = []) => ids.filter((id) => id.startsWith(PREFIX));

/** An operator keeps the earning. Kept by one already: nothing changes. Throws EARNING_NOT_WAITING with status. */
export function freeze(earning: Earning, by: Decision, now: Date): Earning {
  if (byHand(earning.cases).length > 0) return earning;
  if (!isWaiting(earning)) {
    const status = (EarningStatus[earning.status] ?? "").toLowerCase();
    throw new DomainError("EARNING_NOT_WAITING", "it does not wait to be transferred", { status });
  }
  return holdForCase(earning, `${PREFIX}${byHand(earning.endedCases).length + 1}`, now, by);
}

/** An operator keeps the earning no more. Kept by none: nothing changes. Throws OWN_FAVOUR for what they earned. */
export function unfreeze(earning: Earning, by: Decision, now: Date): Earning {
  const [kept] = byHand(earning.cases);
  if (!kept) return earning;
  if (earning.sellerId === by.operatorId)
    throw new DomainError("OWN_FAVOUR", "nobody frees what they earned themselves");
  return endCase(earning, kept, false, now, by);
}
