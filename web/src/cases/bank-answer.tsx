import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { BankAnswer } from "@ticketing/proto/cases/v1/case";
import { formatDateTime } from "../format/format-date.ts";
import { bankAnswerTexts as texts } from "./texts.ts";

/** Until when both sides can say something that the bank is told, or that it was told. */
export function BankAnswerText({ answer }: { answer: BankAnswer | undefined }) {
  if (!answer) return null;
  const { evidenceAwaited, evidenceClosedTime: closed, evidenceSubmittedTime: submitted } = answer;
  const due = answer.evidenceDueTime && formatDateTime(timestampDate(answer.evidenceDueTime));
  if (submitted) return <p>{texts.submitted(formatDateTime(timestampDate(submitted)))}</p>;
  if (closed) return <p>{texts.closed}</p>;
  return evidenceAwaited && due ? <p>{texts.awaited(due)}</p> : null;
}
