import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { CaseKind } from "@ticketing/proto/cases/v1/case";
import { CaseEventSchema } from "@ticketing/proto/cases/v1/case_events";
import { onCaseEvent } from "./on-case-event.ts";

type Transition = NonNullable<MessageInitShape<typeof CaseEventSchema>["transition"]>;

it.each<[NonNullable<Transition["case"]>, CaseKind, string[]]>([
  ["caseOpened", CaseKind.INVALID, ["c1"]],
  ["caseDecided", CaseKind.INVALID, ["c1"]],
  ["caseEvidenceAdded", CaseKind.INVALID, []],
  ["caseEvidenceAdded", CaseKind.CHARGEBACK, ["c1"]],
  ["caseEvidenceAwaited", CaseKind.CHARGEBACK, ["c1"]],
  ["caseEvidenceClosed", CaseKind.CHARGEBACK, ["c1"]],
  ["caseEvidenceSubmitted", CaseKind.CHARGEBACK, []],
  ["caseProposed", CaseKind.INVALID, []],
  ["caseReopened", CaseKind.INVALID, ["c1"]],
  ["caseClosed", CaseKind.INVALID, []],
])("%s of a case of kind %s wakes %j", async (name, kind, wanted) => {
  const woken: string[] = [];
  const wakeCase = async (id: string) => {
    woken.push(id);
  };
  const transition = { case: name, value: {} } as Transition;
  const event = create(CaseEventSchema, { id: "c1", transition, state: { id: "c1", kind } });
  await onCaseEvent({ wakeCase })({ payload: toBinary(CaseEventSchema, event) });
  expect(woken).toEqual(wanted);
});
