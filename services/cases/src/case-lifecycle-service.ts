import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { CaseLifecycleService } from "@ticketing/proto/cases/internal/v1/case_lifecycle_service";
import { requireService } from "@ticketing/runtime/identity/service-tokens";
import type { Clock } from "@ticketing/runtime/process/clock";
import { closeEvidence } from "./bank-answer.ts";
import { type Case, close, reopen } from "./case.ts";
import type { CaseStore } from "./case-aggregate.ts";
import { caseMessage } from "./case-message.ts";

/** The internal API by which workflows do what was decided about a case. */
export function createCaseLifecycleService(deps: {
  cases: CaseStore;
  clock: Clock;
}): ServiceImpl<typeof CaseLifecycleService> {
  const { cases, clock } = deps;

  async function change(context: HandlerContext, caseId: string, step: (current: Case) => Case) {
    requireService(context, "workflows");
    return { case: caseMessage(await cases.update(caseId, step)) };
  }

  return {
    async readCase({ caseId }, context) {
      requireService(context, "workflows");
      return { case: caseMessage(await cases.get(caseId)) };
    },
    closeCase: ({ caseId, decisionNumber }, context) =>
      change(context, caseId, (current) => close(current, decisionNumber, clock())),
    closeEvidence: ({ caseId }, context) =>
      change(context, caseId, (current) => closeEvidence(current, clock())),
    reopenCase: ({ caseId, decisionNumber, refusal }, context) =>
      change(context, caseId, (current) => reopen(current, decisionNumber, refusal, clock())),
  };
}
