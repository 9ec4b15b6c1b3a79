import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import { look } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";

const LOOK_MS = 1_000;
/** What is read serves for so many looks: the embedded database sorts all that are due before it gives a few. */
const LOOKS_AHEAD = 30;

interface ReleaseDependencies {
  earnings: Pick<EarningStore, "due" | "update">;
  /** So many a second: their workflows ask Stripe, which limits how often. */
  rate: number;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/**
 * Releases earnings whose time has come, and has those looked at again that wait for something: at most one query a
 * second, however many wait and for how long. Their events start the workflows. Gives how to stop.
 */
export const releaseDue = (deps: ReleaseDependencies): (() => Promise<void>) =>
  repeatedly(LOOK_MS, createRelease(deps), (err) => deps.log.warn({ err }, "earnings wait to be released"));

/**
 * Goes on, at each call, through those that are due longest, until as many as the rate were released. One that fails
 * delays no other, and one that another process has released does not count.
 */
export function createRelease({ earnings, rate, clock, log }: ReleaseDependencies): () => Promise<void> {
  let waiting: string[] = [];

  /** Whether it took a turn of this second's. */
  async function release(id: string): Promise<boolean> {
    let isChanged = true;
    const change = (earning: Parameters<typeof look>[0]) => {
      const looked = look(earning, clock());
      isChanged = looked !== earning;
      return looked;
    };
    await earnings
      .update(id, change)
      .catch((err: unknown) => log.warn({ err, orderId: id }, "an earning waits to be released"));
    return isChanged;
  }

  return async () => {
    if (waiting.length === 0) waiting = await earnings.due(clock(), rate * LOOKS_AHEAD);
    for (let left = rate; left > 0 && waiting.length > 0; ) {
      const turns = await Promise.all(waiting.splice(0, left).map(release));
      left -= turns.filter(Boolean).length;
    }
  };
}
