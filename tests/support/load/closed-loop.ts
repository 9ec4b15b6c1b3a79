/** What a closed loop saw. Latencies are in milliseconds, ascending. */
export interface LoopResult {
  calls: number;
  seconds: number;
  perSecond: number;
  latencies: number[];
}

export interface LoopOptions {
  inFlight: number;
  ms: number;
  /** Ends early after so many calls; there may be no more to work on. */
  limit?: number;
}

/**
 * Keeps so many calls in flight: each that is answered makes room for the next. `work` gets the number of the call,
 * from 0; a call that fails ends the loop with its error, since what is measured has to work.
 */
export async function closedLoop(
  work: (n: number) => Promise<void>,
  { inFlight, ms, limit = Number.POSITIVE_INFINITY }: LoopOptions,
): Promise<LoopResult> {
  const latencies: number[] = [];
  let next = 0;
  const begun = performance.now();
  const lane = async () => {
    while (next < limit && performance.now() - begun < ms) {
      const sent = performance.now();
      await work(next++);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - begun) / 1000;
  latencies.sort((a, b) => a - b);
  return { calls: latencies.length, seconds, perSecond: latencies.length / seconds, latencies };
}

/** The value below which this share of the ascending values lies; NaN of none. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

/**
 * Runs loops in turn, A B A B, so that what else the machine does hits all of them alike. The result has, for each,
 * the median of its rates and of its latencies.
 */
export async function sideBySide(
  works: readonly ((n: number) => Promise<void>)[],
  { slices, ...options }: LoopOptions & { slices: number },
): Promise<{ perSecond: number; p50: number }[]> {
  const results: LoopResult[][] = works.map(() => []);
  const made = works.map(() => 0);
  for (let slice = 0; slice < slices; slice++) {
    for (const [index, work] of works.entries()) {
      const from = made[index] ?? 0;
      const result = await closedLoop((n) => work(from + n), options);
      made[index] = from + result.calls;
      results[index]?.push(result);
    }
  }
  return results.map((of) => ({
    perSecond: median(of.map(({ perSecond }) => perSecond)),
    p50: median(of.map(({ latencies }) => quantile(latencies, 0.5))),
  }));
}
