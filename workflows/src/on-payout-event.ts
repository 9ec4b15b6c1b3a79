import type { IncomingEvent } from "@ticketing/runtime/events/events";
import type { Logger } from "@ticketing/runtime/process/log";
import type { EarningSteps } from "./earning/activities.ts";
import { settle } from "./earning/settle.ts";
import type { WorkflowStarter } from "./starter.ts";

/** Transitions after which something is to be done about an earning. */
const TO_LOOK_AT = ["earning_released", "earning_due"];

/**
 * Settles earnings whose time has come: at once, since nearly all are paid at the first try, and a workflow costs more
 * than all of that. Where that fails a workflow goes on, which repeats it until it has an answer. The subject says all that
 * it takes: evt.payouts.v1.<transition>.<order id>. The event comes again if this process dies meanwhile.
 */
export const onPayoutEvent =
  (workflows: Pick<WorkflowStarter, "wakeEarning">, steps: EarningSteps, log: Pick<Logger, "info">) =>
  async ({ subject }: Pick<IncomingEvent, "subject">): Promise<void> => {
    const [, , , transition = "", orderId] = subject.split(".");
    if (!orderId || !TO_LOOK_AT.includes(transition)) return;
    try {
      await settle(orderId, steps);
    } catch (err) {
      log.info({ err, orderId }, "an earning goes on in its workflow");
      await workflows.wakeEarning(orderId);
    }
  };
