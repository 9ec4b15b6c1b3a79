import { sleep } from "@temporalio/workflow";
import { retriedActivities } from "../activity-retries.ts";
import { retryRefund } from "../refund-retries.ts";
import type { CaseActivities, PartState } from "./activities.ts";

const steps = retriedActivities<CaseActivities>();

/** A refund is mostly made at once; one that waits for a bank may take days. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Gives a part of the price back while the sale stands, by a decision of this id. First the seller earns less, or owes it:
 * only then may the money go back. What the payment provider shows in the end decides whether the buyer has it. Gives why
 * not; then the seller earns what they did before.
 */
export async function refundPart(
  orderId: string,
  partId: string,
  amount: number,
): Promise<string | undefined> {
  const reduced = await steps.reduceEarning(orderId, partId, amount);
  if (reduced !== "done") return reduced;
  const asked = await retryRefund(() => steps.refundPart(orderId, partId, amount));
  const refusal = typeof asked === "object" ? asked.refused : asked;
  const isGiven = (await endOfPart(orderId, partId)) === "given";
  await steps.endPart(orderId, partId, isGiven);
  if (isGiven) {
    await steps.recordPartRefund(orderId, partId, amount);
    return undefined;
  }
  return refusal === "done" ? "refund_failed" : refusal;
}

async function endOfPart(orderId: string, partId: string): Promise<PartState> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const state = await steps.readPart(orderId, partId);
    if (state !== "under way") return state;
    await sleep(pause);
  }
}
