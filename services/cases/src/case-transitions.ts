import { CaseEventSchema } from "@ticketing/proto/cases/v1/case_events";
import { type TransitionType, transitionsOf } from "@ticketing/runtime/documents/transition";

export type CaseTransitionType = TransitionType<typeof CaseEventSchema>;

/** A case begins and goes on with the transitions of its event. */
export const { begin, advance } = transitionsOf(CaseEventSchema);
