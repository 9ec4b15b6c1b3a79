import { log, sleep } from "@temporalio/workflow";
import type { Reason } from "@ticketing/proto/reason";
import { refusalOf } from "./activity-retries.ts";

/** Why money that should go back does not. */
export type RefundRefusal = "charge_disputed" | "refused_by_provider" | "nothing_captured" | "refund_failed";

/** Refusals that stand, by the reason that payments gives. */
const FINAL: Readonly<Record<string, RefundRefusal>> = {
  CHARGE_DISPUTED: "charge_disputed",
  NOT_CAPTURED: "nothing_captured",
  PAYMENT_NOT_FOUND: "nothing_captured",
  REFUND_FAILED: "refund_failed",
  PART_REFUND_FAILED: "refund_failed",
} satisfies Partial<Record<Reason | "REFUND_FAILED", RefundRefusal>>;

/** How long and how often a temporary refusal is retried, such as a balance that is too low. */
const FIRST_PAUSE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;
const GIVE_UP_MS = 3 * 86_400_000;

/**
 * Runs a step that returns money. A refusal of the payment provider is retried for three days, at a pace at which
 * people can fix its cause; then, or if the refusal is final, operators are notified and the refusal is returned.
 */
export async function retryRefund<T>(step: () => Promise<T>): Promise<T | { refused: RefundRefusal }> {
  const giveUp = Date.now() + GIVE_UP_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await step();
    } catch (error) {
      const reason = refusalOf(error) ?? "";
      const refused = FINAL[reason];
      if (!refused && reason !== "REFUND_REFUSED") throw error;
      if (refused || Date.now() >= giveUp) {
        log.error("money does not go back: an operator has to look", { reason });
        return { refused: refused ?? "refused_by_provider" };
      }
      log.warn("the payment provider refuses to give money back; it is asked again", { pauseMs: pause });
      await sleep(pause);
    }
  }
}
