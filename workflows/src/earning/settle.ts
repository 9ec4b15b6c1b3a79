import type { EarningSteps } from "./activities.ts";

/** Looks once at an earning that is due, and does what follows. Safe to repeat, also at the same time. */
export async function settle(orderId: string, steps: EarningSteps): Promise<void> {
  const verdict = await steps.judgeEarning(orderId);
  if (verdict.next === "transfer") await steps.transferEarning(orderId, verdict.chargeId);
  if (verdict.next === "block") await steps.blockEarning(orderId, verdict.reason);
  if (verdict.next === "recover") await steps.recoverEarning(orderId);
}
