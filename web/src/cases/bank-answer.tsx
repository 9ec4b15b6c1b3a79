import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { BankAnswer } from "@ticketing/proto/cases/v1/case";
import { formatDateTime } from "../format/format-date.ts";
import { bankAnswerTexts as texts } from "./texts.ts";

/** Whether the time is over until which the bank took evidence. */
const isOver = ({ evidenceDueTime: due }: BankAnswer): boolean =>
  due !== undefined && timestampDate(due) <= new Date();

/** Whether an operator can have the bank told now. */
export const canSubmitNow = (answer: BankAnswer | undefined): boolean =>
  answer?.evidenceAwaited === true && !answer.evidenceClosedTime && !isOver(answer);

/** Until when both sides can say something that the bank is told, or that it was told. */
export function BankAnswerText({ answer }: { answer: BankAnswer | undefined }) {
  if (!answer) return null;
  const { evidenceAwaited, evidenceClosedTime: closed, evidenceSubmittedTime: submitted } = answer;
  const due = answer.evidenceDueTime && formatDateTime(timestampDate(answer.evidenceDueTime));
  if (submitted) return <p>{texts.submitted(formatDateTime(timestampDate(submitted)))}</p>;
  if (isOver(answer) && (closed || evidenceAwaited)) return <p>{texts.late}</p>;
  if (closed) return <p>{texts.closed}</p>;
  return evidenceAwaited && due ? <p>{texts.awaited(due)}</p> : null;
}
