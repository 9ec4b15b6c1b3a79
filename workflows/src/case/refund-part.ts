import { condition } from "@temporalio/workflow";
import { retriedActivities } from "../activity-retries.ts";
import type { ChangeSignal } from "../change-signal.ts";
import { retryRefund } from "../refund-retries.ts";
import type { CaseActivities, PartState } from "./activities.ts";

const steps = retriedActivities<CaseActivities>();

/** A refund is mostly made at once; one that waits for a bank may take days, and a signal then says that it is over. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Gives a part of the price back while the sale stands, by a decision of this id. First the seller earns less, or owes it:
 * only then may the money go back. What the payment provider shows in the end decides whether the buyer has it. Gives why
 * not; then the seller earns what they did before. `signal` says that the part came to something.
 */
export async function refundPart(
  orderId: string,
  partId: string,
  amount: number,
  signal: ChangeSignal,
): Promise<string | undefined> {
  const reduced = await steps.reduceEarning(orderId, partId, amount);
  if (reduced !== "done") return reduced;
  const asked = await retryRefund(() => steps.refundPart(orderId, partId, amount));
  const refusal = typeof asked === "object" ? asked.refused : asked;
  const isGiven = (await endOfPart(orderId, partId, signal)) === "given";
  await steps.endPart(orderId, partId, isGiven);
  if (isGiven) {
    await steps.recordPartRefund(orderId, partId, amount);
    return undefined;
  }
  return refusal === "done" ? "refund_failed" : refusal;
}

async function endOfPart(orderId: string, partId: string, signal: ChangeSignal): Promise<PartState> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const state = await steps.readPart(orderId, partId);
    if (state !== "under way") return state;
    await condition(() => signal.received, pause);
    // A decided case changes by what is done here alone: nobody else waits for this signal.
    signal.received = false;
  }
}
