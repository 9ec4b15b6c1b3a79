import { reasonOf } from "@ticketing/runtime/process/domain-error";

/** Repeats a call as the workflow does: whatever is refused as passing is tried again, once `pass` has let time go by. */
export async function untilDone<T>(
  call: () => Promise<T>,
  pass: () => void,
): Promise<{ answer: T; tries: number }> {
  for (let tries = 1; tries <= 8; tries++) {
    try {
      return { answer: await call(), tries };
    } catch (error) {
      if (reasonOf(error) !== "STRIPE_UNAVAILABLE") throw error;
      pass();
    }
  }
  throw new Error("still unavailable after eight tries");
}
