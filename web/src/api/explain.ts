import { Code } from "@connectrpc/connect";
import { errorTextOf, genericError } from "./error-texts.ts";
import { isPassing, reasonOf } from "./reason.ts";

/** A failure in plain words. */
export interface Explanation {
  readonly title: string;
  readonly text: string;
  /** Trying the same again makes sense. */
  readonly canRetry: boolean;
  /** To tell the people who run this; set when they can find something under it. */
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
