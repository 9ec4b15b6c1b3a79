import { DomainError } from "@ticketing/runtime/process/domain-error";

const RETRY_MS = 2_000;

/**
 * Does something once it is its turn. Throws TOO_MANY_UPLOADS where too many wait, and the signal's reason once nobody
 * waits for the answer any more; what has begun is not stopped.
 */
export type InTurn = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

export interface TurnLimits {
  /** So much is done side by side. */
  atOnce: number;
  /** So many wait for their turn. */
  waiting: number;
}

/** Lets so much be done at a time; the others wait, first come, first served. */
export function createTurns({ atOnce, waiting }: TurnLimits): InTurn {
  let running = 0;
  const queue = new Set<() => void>();

  async function begin(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (running < atOnce) {
      running++;
      return;
    }
    if (queue.size >= waiting) {
      throw new DomainError("TOO_MANY_UPLOADS", "too many files wait to be looked at", {}, RETRY_MS);
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        queue.delete(enter);
        reject(signal.reason);
      };
      const enter = () => {
        queue.delete(enter);
        signal.removeEventListener("abort", leave);
        resolve();
      };
      queue.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  return async (work, signal) => {
    await begin(signal);
    try {
      return await work();
    } finally {
      // Whoever ends hands its place on.
      const [next] = queue;
      if (next) next();
      else running--;
    }
  };
}

/** The same for each key: one waits for its own alone. */
export function createTurnsByKey(limits: TurnLimits): (key: string) => InTurn {
  const byKey = new Map<string, { inTurn: InTurn; calls: number }>();
  return (key) => async (work, signal) => {
    const own = byKey.get(key) ?? { inTurn: createTurns(limits), calls: 0 };
    byKey.set(key, own);
    own.calls++;
    try {
      return await own.inTurn(work, signal);
    } finally {
      own.calls--;
      if (own.calls === 0) byKey.delete(key);
    }
  };
}
