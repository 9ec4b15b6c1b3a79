/**
 * What a watcher sees: what is new at first and after each change, and undefined as a heartbeat whenever nothing changes
 * for `heartbeatMs`. Subscribes before it reads, so that no change is missed. Ends when the signal aborts.
 */
export async function* liveView<T>(options: {
  /** Calls back on each change until the returned function is called. */
  subscribe: (onChange: () => void) => () => void;
  /** What the watcher has not seen yet; empty when a change brought nothing new. */
  readNew: () => Promise<readonly T[]>;
  /** Whether nothing can change any more: the view ends. Asked after each read and each heartbeat. */
  isOver?: () => boolean;
  heartbeatMs: number;
  signal: AbortSignal;
}): AsyncGenerator<T | undefined> {
  const { signal } = options;
  let isBehind = true;
  let wake = () => {};
  const unsubscribe = options.subscribe(() => {
    isBehind = true;
    wake();
  });
  const stop = () => wake();
  signal.addEventListener("abort", stop);
  try {
    while (!signal.aborted) {
      if (isBehind) {
        isBehind = false;
        yield* await options.readNew();
      } else {
        const isQuiet = await pause(options.heartbeatMs, (resolve) => {
          wake = resolve;
        });
        if (isQuiet && !signal.aborted) yield undefined;
      }
      if (options.isOver?.()) return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    unsubscribe();
  }
}

/** Waits for the wake-up or the time; true when it was the time. */
function pause(ms: number, onWake: (resolve: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    onWake(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
