import { Code, ConnectError } from "@connectrpc/connect";
import { ApplicationFailure } from "@temporalio/common";
import type { Reason } from "@ticketing/proto/reason";
import { errorInfoOf } from "@ticketing/runtime/process/domain-error";

/** Codes by which a callee says "not now": it, or what it needs, is away, or another writer won. */
const PASSING_CODES = [
  Code.Aborted,
  Code.DeadlineExceeded,
  Code.Internal,
  Code.ResourceExhausted,
  Code.Unauthenticated,
  Code.Unavailable,
  Code.Unknown,
];

/** Wrong configuration of ours: an operator mends it, and until then no order may pay for it. */
const PASSING_REASONS: readonly string[] = [
  "STRIPE_KEY_REFUSED",
  "PAYMENTS_SUSPENDED",
  "SERVICE_NOT_ALLOWED",
] satisfies Reason[];

/** The type of the failure when a request breaks the contract, which is refused without a reason. */
export const INVALID_REQUEST = "INVALID_REQUEST";

/**
 * The answer of a call. It fails with the reason of the refusal as the failure's type; a refusal that a repeat cannot
 * change is non-retryable. `passing` are reasons by which this call says "not now".
 */
export async function asking<T>(call: Promise<T>, passing: Reason[] = []): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw failureOf(error, passing);
  }
}

/**
 * The outcome of a call: `done` when it succeeded, the named answer for a refusal that the caller expects.
 * Fails as {@link asking} does.
 */
export async function answering<Done extends string, Answer extends string = never>(
  call: Promise<unknown>,
  done: Done,
  expected: Partial<Record<Reason, Answer>> = {},
  passing: Reason[] = [],
): Promise<Done | Answer> {
  try {
    await asking(call, passing);
    return done;
  } catch (error) {
    const answer = error instanceof ApplicationFailure ? expected[error.type as Reason] : undefined;
    if (answer) return answer;
    throw error;
  }
}

function failureOf(error: unknown, passing: readonly string[]): unknown {
  const info = errorInfoOf(error);
  const code = error instanceof ConnectError ? error.code : undefined;
  if (!info) {
    if (code !== Code.InvalidArgument) return error;
    return ApplicationFailure.nonRetryable(`refused: ${INVALID_REQUEST}`, INVALID_REQUEST);
  }
  const { reason, metadata } = info;
  const passes =
    PASSING_REASONS.includes(reason) ||
    passing.includes(reason) ||
    (code !== undefined && PASSING_CODES.includes(code));
  return ApplicationFailure.create({
    message: `refused: ${reason}`,
    type: reason,
    nonRetryable: !passes,
    details: [metadata],
  });
}
