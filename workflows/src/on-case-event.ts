import type { IncomingEvent } from "@ticketing/runtime/events/events";
import type { WorkflowStarter } from "./starter.ts";

/** Transitions after which a case's workflow has something to do. */
const TO_LOOK_AT = ["case_opened", "case_decided"];

/** Has cases looked at. The subject says all that it takes: evt.cases.v1.<transition>.<case id>. */
export const onCaseEvent =
  (workflows: Pick<WorkflowStarter, "wakeCase">) =>
  async ({ subject }: Pick<IncomingEvent, "subject">): Promise<void> => {
    const [, , , transition = "", caseId] = subject.split(".");
    if (caseId && TO_LOOK_AT.includes(transition)) await workflows.wakeCase(caseId);
  };
