import { expect, it } from "@jest/globals";
import { onCaseEvent } from "./on-case-event.ts";

it.each([
  ["case_opened", ["c1"]],
  ["case_decided", ["c1"]],
  ["case_evidence_added", []],
  ["case_proposed", []],
  ["case_reopened", []],
  ["case_closed", []],
])("%s wakes %j", async (transition, wanted) => {
  const woken: string[] = [];
  const wakeCase = async (id: string) => {
    woken.push(id);
  };
  await onCaseEvent({ wakeCase })({ subject: `evt.cases.v1.${transition}.c1` });
  expect(woken).toEqual(wanted);
});
