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

/** A new replica of search in a folder: `<broker> <folder>`. Tells its parent when it has caught up. */
const [, , natsUrl = "", folder = ""] = process.argv;
const events = await createEvents({ natsUrl, name: "catalog", log: silent });
const delay = monitorEventLoopDelay({ resolution: 1 });
const begun = performance.now();
const before = process.cpuUsage();
delay.enable();
const { followed, close } = await openReplica({
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
process.once("SIGTERM", async () => {
  await events.close();
  for (const step of close) await step();
  process.exit();
});
