import { CaseKind } from "@ticketing/proto/cases/v1/case";
import { CaseEventSchema } from "@ticketing/proto/cases/v1/case_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import type { WorkflowStarter } from "./starter.ts";

/** Has cases looked at that changed so that their workflow has something to do. */
export const onCaseEvent =
  (workflows: Pick<WorkflowStarter, "wakeCase">) =>
  async ({ payload }: Pick<IncomingEvent, "payload">): Promise<void> => {
    const { id, transition, state } = decodeEvent(CaseEventSchema, payload);
    switch (transition.case) {
      case "caseOpened":
      case "caseDecided":
      case "caseReopened":
      case "caseEvidenceAwaited":
      case "caseEvidenceClosed":
        return workflows.wakeCase(id);
      // Only a bank is told at once what is said.
      case "caseEvidenceAdded":
        return state?.kind === CaseKind.CHARGEBACK ? workflows.wakeCase(id) : undefined;
    }
  };
