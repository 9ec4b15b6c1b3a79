import type { IncomingEvent } from "@ticketing/runtime/events/events";
import type { WorkflowStarter } from "./starter.ts";

/** Transitions after which an earning's workflow has something to do. */
const TO_LOOK_AT = ["earning_released", "earning_due"];

/** Has earnings looked at whose time has come. The subject says all that it takes: evt.payouts.v1.<transition>.<order id>. */
export const onPayoutEvent =
  (workflows: Pick<WorkflowStarter, "wakeEarning">) =>
  async ({ subject }: Pick<IncomingEvent, "subject">): Promise<void> => {
    const [, , , transition = "", orderId] = subject.split(".");
    if (orderId && TO_LOOK_AT.includes(transition)) await workflows.wakeEarning(orderId);
  };
