import { sleep } from "@temporalio/workflow";
import { endingByRefusal, retriedActivities } from "../activity-retries.ts";
import { handleChangeSignal } from "../change-signal.ts";
import type { CaseActivities, CaseVerdict } from "./activities.ts";
import { refundPart } from "./refund-part.ts";

const { judgeCase, freezeEarning, requestRefund, readRefund, releaseEarning, closeCase, reopenCase } =
  retriedActivities<CaseActivities>();

/** A refund is mostly made within a second; one that the provider refuses is tried for days. */
const FIRST_LOOK_MS = 500;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Freezes what the seller earned while a case is open, and does what was decided. It waits for no decision: cases start
 * it when a case was opened, and again when it was decided. Its start is a hint; what it does follows from what the case
 * is now. After a signal it looks again before it ends.
 */
export async function settleCase(caseId: string): Promise<void> {
  const signal = handleChangeSignal();
  await endingByRefusal(async () => {
    do {
      signal.received = false;
      await settle(caseId);
    } while (signal.received);
  });
}

async function settle(caseId: string): Promise<void> {
  const verdict = await judgeCase(caseId);
  if (verdict.next === "nothing") return;
  const { orderId } = verdict;
  await freezeEarning(orderId, caseId);
  if (verdict.next === "hold") return;
  const { decision } = verdict;
  if (verdict.next === "refund") {
    await requestRefund(orderId, caseId, decision);
    const refusal = await refusalOfRefund(orderId);
    if (refusal) {
      await reopenCase(caseId, decision, refusal);
      return;
    }
  }
  if (verdict.next === "part") {
    const refusal = await refundPart(orderId, `${caseId}:${decision}`, verdict.amount);
    if (refusal) {
      await reopenCase(caseId, decision, refusal);
      return;
    }
  }
  const { saleStands, despite } = keptSale(verdict);
  await releaseEarning(orderId, caseId, saleStands, despite);
  await closeCase(caseId, decision);
}

/** Whether an operator said that the sale stands, and despite which refund by hand. */
function keptSale(verdict: CaseVerdict): { saleStands: boolean; despite?: string | undefined } {
  if (verdict.next === "keep") return verdict;
  if (verdict.next === "part") return { saleStands: true, despite: verdict.despite };
  return { saleStands: false, despite: "" };
}

/** Waits until the buyer has the money back, or it is known why not: the order's own refund sees to that. */
async function refusalOfRefund(orderId: string): Promise<string | undefined> {
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const state = await readRefund(orderId);
    if (state === "done") return undefined;
    if (state !== "under way") return state.refused;
    await sleep(pause);
  }
}
