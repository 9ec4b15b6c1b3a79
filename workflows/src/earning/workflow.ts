import { endingByRefusal, retriedActivities } from "../activity-retries.ts";
import { handleChangeSignal } from "../change-signal.ts";
import type { EarningActivities } from "./activities.ts";
import { settle } from "./settle.ts";

const steps = retriedActivities<EarningActivities>();

/**
 * Pays a seller whose earning is due, or takes back what is owed, where that did not succeed at once. It does not wait for
 * months: payouts says when the time has come, and again when what kept the earning may be gone. Its start is a hint; what
 * it does follows from what earning, order and charge are now. After a signal it looks again before it ends.
 */
export async function earning(orderId: string): Promise<void> {
  const signal = handleChangeSignal();
  await endingByRefusal(async () => {
    do {
      signal.received = false;
      await settle(orderId, steps);
    } while (signal.received);
  });
}
