import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { openReplica } from "@ticketing/catalog/replica";
import { createEvents } from "@ticketing/runtime/events/events";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { silent } from "@ticketing/runtime/testing/service";

/** What a replica tells when it has caught up. */
export interface Replayed {
  /** How long it took since the replica was opened. */
  ms: number;
  cpuMs: number;
  /** The longest time for which the process answered nobody. */
  blockedMs: number;
}

/** What it tells when it was behind while it served, and has caught up. */
export interface CaughtUp {
  /** The longest time for which the process answered nobody. */
  blockedMs: number;
  /** How long the slowest answer took. */
  slowestMs: number;
  perSecond: number;
}

/**
 * A new replica of search in a folder: `<broker> <folder>`. Tells its parent when it has caught up. Sent a position of
 * TICKETS, it answers one question after another until it has reached it, and tells how that went.
 */
const [, , natsUrl = "", folder = ""] = process.argv;
const events = await createEvents({ natsUrl, name: "catalog", log: silent });
const delay = monitorEventLoopDelay({ resolution: 1 });
const begun = performance.now();
const before = process.cpuUsage();
delay.enable();
const { followed, projection, search, close } = await openReplica({
  ...{ broker: { natsUrl, name: "catalog" }, events, clock, log: silent, folder },
  snapshots: { every: 86_400_000, replicas: 1 },
});
const isCaughtUp = () =>
  followed.requireCaughtUp().then(
    () => true,
    () => false,
  );
while (!(await isCaughtUp())) await sleep(5);
const { user, system } = process.cpuUsage(before);
const told: Replayed = {
  ms: performance.now() - begun,
  cpuMs: (user + system) / 1_000,
  blockedMs: delay.max / 1e6,
};
process.send?.(told);
process.on("message", async (sequence: number) => {
  const applied = () => projection.positionOf("TICKETS")?.sequence ?? 0;
  const [from, begunAt] = [applied(), performance.now()];
  let slowestMs = 0;
  delay.reset();
  while (applied() < sequence) {
    const asked = performance.now();
    await search.listEvents({ filter: undefined, after: undefined, limit: 20 });
    slowestMs = Math.max(slowestMs, performance.now() - asked);
    await sleep(1);
  }
  const perSecond = (1_000 * (sequence - from)) / (performance.now() - begunAt);
  process.send?.({ blockedMs: delay.max / 1e6, slowestMs, perSecond } satisfies CaughtUp);
});
process.once("SIGTERM", async () => {
  await events.close();
  for (const step of close) await step();
  process.exit();
});
