import { isCancellation } from "@temporalio/workflow";

/** Why an activity has no answer after all its tries. */
export interface FailedActivity {
  failed: string;
}

/** An activity's answer; or why there is none. Only cancelling the run passes through. */
export async function orFailure<T>(answer: Promise<T>): Promise<T | FailedActivity> {
  try {
    return await answer;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { failed: cause instanceof Error ? cause.message.slice(0, 300) : String(cause) };
  }
}

export const isFailed = (answer: unknown): answer is FailedActivity =>
  typeof answer === "object" && answer !== null && "failed" in answer;
