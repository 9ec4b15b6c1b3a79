import { CaseStatus } from "@ticketing/proto/cases/v1/case";
import { StatusPill, type Tone } from "../design/card.tsx";
import { caseStatusNames } from "./texts.ts";

const tones: Readonly<Record<CaseStatus, Tone>> = {
  [CaseStatus.UNSPECIFIED]: "neutral",
  [CaseStatus.OPEN]: "warn",
  [CaseStatus.PROPOSED]: "warn",
  [CaseStatus.DECIDED]: "accent",
  [CaseStatus.CLOSED]: "neutral",
};

/** Where a case stands. What is only proposed is open to those who do not decide: see `forParties`. */
export function CaseStatusPill({ status, forParties }: { status: CaseStatus; forParties?: boolean }) {
  const shown = forParties && status === CaseStatus.PROPOSED ? CaseStatus.OPEN : status;
  return <StatusPill tone={tones[shown] ?? "neutral"}>{nameOf(shown)}</StatusPill>;
}

// A service may know a status that this page, loaded before the last release, does not.
const nameOf = (status: CaseStatus) => caseStatusNames[status] ?? caseStatusNames[CaseStatus.UNSPECIFIED];
