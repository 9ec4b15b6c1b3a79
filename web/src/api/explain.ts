import { Code } from "@connectrpc/connect";
import { errorTextOf, genericError } from "./error-texts.ts";
import { isPassing, reasonOf } from "./reason.ts";

/** A failure in plain words. */
export interface Explanation {
  readonly title: string;
  readonly text: string;
  /** Whether the same call may succeed when it is repeated. */
  readonly canRetry: boolean;
  /**
   * Under which the operators find the failure in their logs, for people to quote; set when there is something to find.
   */
  readonly requestId: string | undefined;
}

/** Says what went wrong and what to do, for anything that a call threw. */
export function explain(thrown: unknown): Explanation {
  const reason = reasonOf(thrown);
  const words = errorTextOf(reason.name)?.(reason.facts, reason.wait);
  if (words) return { ...words, canRetry: isPassing(thrown), requestId: undefined };
  return {
    ...genericError,
    canRetry: isPassing(thrown) || reason.code === Code.Internal || reason.code === Code.Unknown,
    requestId: reason.requestId,
  };
}
