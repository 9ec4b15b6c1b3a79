import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import { look } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";

const SECOND_MS = 1_000;
/** So many are released at once: each has work for half of the mesh, and who locks a ticket meanwhile waits for it. */
const TOGETHER = 5;
/** What is read serves for so many seconds: the embedded database sorts all that are due before it gives a few. */
const SECONDS_AHEAD = 30;

interface ReleaseDependencies {
  earnings: Pick<EarningStore, "due" | "update">;
  /** So many a second: Stripe, which is asked about each, limits how often. */
  rate: number;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/**
 * Releases earnings whose time has come, and has those looked at again that wait for something: a few at a time, spread over
 * the second. It makes at most one query a second, however many wait and for how long. Their events have them paid. Gives how
 * to stop.
 */
export function releaseDue(deps: ReleaseDependencies): () => Promise<void> {
  const turnMs = (SECOND_MS * Math.min(TOGETHER, deps.rate)) / deps.rate;
  return repeatedly(turnMs, createRelease(deps), (err) =>
    deps.log.warn({ err }, "earnings wait to be released"),
  );
}

/**
 * Goes on, at each call, through those that are due longest, until a few of the rate were released. One that fails delays no
 * other, and one that another process has released does not count.
 */
export function createRelease({ earnings, rate, clock, log }: ReleaseDependencies): () => Promise<void> {
  const together = Math.min(TOGETHER, rate);
  let lookedTime = Number.NEGATIVE_INFINITY;
  let waiting: string[] = [];

  /** Whether it counts. */
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

  async function lookAhead(): Promise<void> {
    const now = clock();
    // A clock that was set back would else stop the looks until it has caught up.
    if (waiting.length > 0 || Math.abs(now.getTime() - lookedTime) < SECOND_MS) return;
    lookedTime = now.getTime();
    waiting = await earnings.due(now, rate * SECONDS_AHEAD);
  }

  return async () => {
    await lookAhead();
    for (let left = together; left > 0 && waiting.length > 0; ) {
      const turns = await Promise.all(waiting.splice(0, left).map(release));
      left -= turns.filter(Boolean).length;
    }
  };
}
