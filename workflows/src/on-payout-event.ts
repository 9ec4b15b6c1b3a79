import { EarningEventSchema } from "@ticketing/proto/payouts/v1/earning_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import type { Logger } from "@ticketing/runtime/process/log";
import type { EarningSteps } from "./earning/activities.ts";
import type { createReleasedJudge } from "./earning/judge-released.ts";
import { settle } from "./earning/settle.ts";
import type { WorkflowStarter } from "./starter.ts";

interface PayoutDependencies {
  workflows: Pick<WorkflowStarter, "wakeEarning">;
  steps: EarningSteps;
  judgeReleased: ReturnType<typeof createReleasedJudge>;
  log: Pick<Logger, "info">;
}

/**
 * Settles earnings whose time has come: at once, since nearly all are paid at the first try, and a workflow costs more
 * than all of that. Where that fails a workflow goes on, which repeats it until it has an answer. The subject says what
 * happened and to which: evt.payouts.v1.<transition>.<order id>. The event comes again if this process dies meanwhile.
 */
export const onPayoutEvent =
  ({ workflows, steps, judgeReleased, log }: PayoutDependencies) =>
  async ({ subject, payload }: Pick<IncomingEvent, "subject" | "payload">): Promise<void> => {
    const [, , , transition = "", orderId] = subject.split(".");
    const isReleased = transition === "earning_released";
    if (!orderId || !(isReleased || transition === "earning_due")) return;
    try {
      const { state } = isReleased ? decodeEvent(EarningEventSchema, payload) : {};
      const chargeId = state && (await judgeReleased(state));
      if (chargeId) await steps.transferEarning(orderId, chargeId);
      else await settle(orderId, steps);
    } catch (err) {
      log.info({ err, orderId }, "an earning goes on in its workflow");
      await workflows.wakeEarning(orderId);
    }
  };
