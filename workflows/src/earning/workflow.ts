import { endingByRefusal, retriedActivities } from "../activity-retries.ts";
import { handleChangeSignal } from "../change-signal.ts";
import type { EarningActivities } from "./activities.ts";

const { judgeEarning, transferEarning, blockEarning, recoverEarning } =
  retriedActivities<EarningActivities>();

/**
 * Pays a seller whose earning is due, or takes back what is owed. It does not wait for months: payouts starts it when the
 * time has come, and again when what kept the earning may be gone. Its start is a hint; what it does follows from what
 * earning, order and charge are now. After a signal it looks again before it ends.
 */
export async function earning(orderId: string): Promise<void> {
  const signal = handleChangeSignal();
  await endingByRefusal(async () => {
    do {
      signal.received = false;
      await settle(orderId);
    } while (signal.received);
  });
}

async function settle(orderId: string): Promise<void> {
  const verdict = await judgeEarning(orderId);
  if (verdict.next === "transfer") await transferEarning(orderId, verdict.chargeId);
  if (verdict.next === "block") await blockEarning(orderId, verdict.reason);
  if (verdict.next === "recover") await recoverEarning(orderId);
}
