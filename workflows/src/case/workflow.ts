import { condition, sleep } from "@temporalio/workflow";
import { endingByRefusal, retriedActivities } from "../activity-retries.ts";
import { type ChangeSignal, handleChangeSignal } from "../change-signal.ts";
import type { CaseActivities, CaseVerdict } from "./activities.ts";
import { partIdOf } from "./part-id.ts";
import { refundPart } from "./refund-part.ts";

const { judgeCase, freezeEarning, requestRefund, readRefund, releaseEarning, closeCase, reopenCase } =
  retriedActivities<CaseActivities>();
const { stageEvidence, submitEvidence, acceptLoss } = retriedActivities<CaseActivities>();

/** A refund is mostly made within a second; one that the provider refuses is tried for days. */
const FIRST_LOOK_MS = 500;
const LONGEST_PAUSE_MS = 3_600_000;
/** So often evidence that the provider refuses is submitted, until the bank takes none any more. */
const SUBMIT_EVERY_MS = 3_600_000;

/**
 * Freezes what the seller earned while a case is open, tells the bank of a CHARGEBACK what both sides say or that the
 * loss is accepted, and does what was decided. It waits for no decision: cases start it when a case was opened, and again
 * when it was decided, or is to be decided again. Its start is a hint; what it does follows from what the case is now.
 * After a signal it looks again before it ends.
 */
export async function settleCase(caseId: string): Promise<void> {
  const signal = handleChangeSignal();
  await endingByRefusal(async () => {
    do {
      signal.received = false;
      await settle(caseId, signal);
    } while (signal.received);
  });
}

async function settle(caseId: string, signal: ChangeSignal): Promise<void> {
  const verdict = await judgeCase(caseId);
  if (verdict.next === "nothing") return;
  const { orderId } = verdict;
  await freezeEarning(orderId, caseId);
  if (verdict.next === "hold") {
    // What an earlier release answered has no such time: its workflows ended here.
    if (verdict.submitTime !== undefined) await answerBank(caseId, verdict.submitTime, signal);
    return;
  }
  const { decision } = verdict;
  if (verdict.next === "refund") {
    if (verdict.accepts && (await acceptLoss(caseId)) === "refused") {
      await reopenCase(caseId, decision, "loss_not_accepted");
      return;
    }
    await requestRefund(orderId, caseId, decision);
    const refusal = await refusalOfRefund(orderId);
    if (refusal) {
      await reopenCase(caseId, decision, refusal);
      return;
    }
  }
  if (verdict.next === "part") {
    const refusal = await refundPart(orderId, partIdOf(caseId, decision), verdict.amount, signal);
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

/**
 * Keeps a draft of what there is to say at the provider, and submits it when the time has come. Whatever changes before,
 * such as the time or what is said, ends the wait: then the case is looked at again.
 */
async function answerBank(caseId: string, submitTime: number, signal: ChangeSignal): Promise<void> {
  if (submitTime > Date.now()) {
    if ((await stageEvidence(caseId)) === "over") return;
    if (await condition(() => signal.received, Math.max(submitTime - Date.now(), 1))) return;
  }
  while ((await submitEvidence(caseId)) === "refused") {
    if (await condition(() => signal.received, SUBMIT_EVERY_MS)) return;
  }
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
