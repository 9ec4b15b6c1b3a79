import { openReplica } from "@ticketing/catalog/replica";
import { createEvents } from "@ticketing/runtime/events/events";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { createLogger } from "@ticketing/runtime/process/log";

/**
 * A replica of search without its ports, to be killed: `<broker> <folder> <ms between snapshots>`. It says when it
 * begins and when it has caught up, and ends in order by SIGTERM.
 */
const [natsUrl = "", folder = "", every] = process.argv.slice(2);
const log = createLogger("replica", "error");
console.log("begins");
const events = await createEvents({ natsUrl, name: "catalog", log });
const { followed, close } = await openReplica({
  ...{ broker: { natsUrl, name: "catalog" }, events, clock, log, folder },
  snapshots: { every: Number(every), replicas: 1 },
});
process.once("SIGTERM", async () => {
  await events.close();
  for (const step of close) await step();
});
const isCaughtUp = () =>
  followed.requireCaughtUp().then(
    () => true,
    () => false,
  );
while (!(await isCaughtUp())) await new Promise((resolve) => setTimeout(resolve, 10));
console.log("caught up");
