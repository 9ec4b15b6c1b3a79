import { ApplicationFailure } from "@temporalio/common";
import { errorInfoOf } from "@ticketing/runtime/domain-error";

/** Reasons that say "not now": the callee, or what it needs, is away. */
const PASSING = [
  "STRIPE_UNAVAILABLE",
  "PAYMENTS_SUSPENDED",
  "DATABASE_UNAVAILABLE",
  "CONTENTION",
  "SERVICE_TOKEN_REQUIRED",
  "KEYS_UNAVAILABLE",
];

/**
 * The outcome of a call: `done` when it succeeded, the named answer for a refusal that the caller expects. A
 * refusal that nobody expects is a fault that no repeat mends. Everything else is thrown to be tried again.
 */
export async function answering<Done extends string, Answer extends string = never>(
  call: Promise<unknown>,
  done: Done,
  expected: Record<string, Answer> = {},
  passing: string[] = [],
): Promise<Done | Answer> {
  try {
    await call;
    return done;
  } catch (error) {
    const info = errorInfoOf(error);
    if (!info || PASSING.includes(info.reason) || passing.includes(info.reason)) throw error;
    const answer = expected[info.reason];
    if (answer) return answer;
    throw ApplicationFailure.nonRetryable(`refused: ${info.reason}`, info.reason, info.metadata);
  }
}
