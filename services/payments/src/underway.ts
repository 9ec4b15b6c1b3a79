import { inTime } from "@ticketing/runtime/process/in-time";

/**
 * The calls to Stripe that this process waits for, by what they act on. Stripe's message of an action may come before
 * its answer was taken note of: who waits a moment for the answer need not ask Stripe again for what it says.
 */
export function createUnderway<T>() {
  const calls = new Map<string, Promise<T>>();
  return {
    /** Does the work, which counts as under way until its end. */
    async during(id: string, work: () => Promise<T>): Promise<T> {
      const call = work();
      calls.set(id, call);
      try {
        return await call;
      } finally {
        if (calls.get(id) === call) calls.delete(id);
      }
    },

    /** What the call that is under way comes to; undefined of none, of one that fails, and after `ms`. */
    async over(id: string, ms: number): Promise<T | undefined> {
      const call = calls.get(id);
      return call && inTime(call, ms, () => new Error("still under way")).catch(() => undefined);
    },
  };
}
