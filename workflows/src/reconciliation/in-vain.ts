import { isCancellation } from "@temporalio/workflow";

/** Why an activity has no answer after all its tries. */
export interface InVain {
  failed: string;
}

/** An activity's answer; or why there is none. Only cancelling the run passes through. */
export async function unlessInVain<T>(answer: Promise<T>): Promise<T | InVain> {
  try {
    return await answer;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { failed: cause instanceof Error ? cause.message.slice(0, 300) : String(cause) };
  }
}

export const isInVain = (answer: unknown): answer is InVain =>
  typeof answer === "object" && answer !== null && "failed" in answer;
