import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import { look } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";

const LOOK_MS = 1_000;

interface ReleaseDependencies {
  earnings: Pick<EarningStore, "due" | "update">;
  /** So many a second: their workflows ask Stripe, which limits how often. */
  rate: number;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/**
 * Releases earnings whose time has come, and has those looked at again that wait for something: one query a second,
 * however many wait and for how long. Their events start the workflows. Gives how to stop.
 */
export const releaseDue = (deps: ReleaseDependencies): (() => Promise<void>) =>
  repeatedly(
    LOOK_MS,
    () => releaseSome(deps),
    (err) => deps.log.warn({ err }, "earnings wait to be released"),
  );

/** Goes through those that are due longest. One that fails delays no other. */
export async function releaseSome({ earnings, rate, clock, log }: ReleaseDependencies): Promise<void> {
  const now = clock();
  for (const id of await earnings.due(now, rate)) {
    await earnings
      .update(id, (earning) => look(earning, clock()))
      .catch((err: unknown) => log.warn({ err, orderId: id }, "an earning waits to be released"));
  }
}
