import { DomainError } from "@ticketing/runtime/process/domain-error";

/** When a client that was turned away should come back. */
const RETRY_MS = 5_000;

/** Does one piece of work at a time, in turns between callers: one with a hundred requests delays only itself. */
export interface FairQueue {
  /** Runs the work when its party's turn comes. Throws RESOURCE_EXHAUSTED BUSY with the time to wait. */
  run<T>(address: string, work: () => Promise<T>): Promise<T>;
}

/** A queue that holds so many pieces of work of one address and of all. */
export function createFairQueue(limits: { perAddress: number; total: number }): FairQueue {
  // A Map keeps its order: the first address is the next in turn, and goes to the end if it has more.
  const waiting = new Map<string, (() => Promise<void>)[]>();
  let size = 0;
  let running = false;

  async function runAll(): Promise<void> {
    if (running) return;
    running = true;
    for (let [next] = waiting; next; [next] = waiting) {
      const [address, works] = next;
      const work = works.shift();
      waiting.delete(address);
      if (works.length > 0) waiting.set(address, works);
      size--;
      await work?.();
    }
    running = false;
  }

  return {
    run<T>(address: string, work: () => Promise<T>): Promise<T> {
      const own = waiting.get(address) ?? [];
      if (own.length >= limits.perAddress || size >= limits.total) {
        throw new DomainError("BUSY", "too many sign-ins at once; try again shortly", {}, RETRY_MS);
      }
      const result = Promise.withResolvers<T>();
      own.push(() => work().then(result.resolve, result.reject));
      waiting.set(address, own);
      size++;
      void runAll();
      return result.promise;
    },
  };
}
