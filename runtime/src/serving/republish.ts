import type { AggregateKind } from "../documents/aggregate.ts";
import type { Listed } from "../documents/aggregate-store.ts";
import { readConfig } from "../process/config.ts";
import { openResources, resourcesConfig } from "./process-resources.ts";

/**
 * A whole command: announces the newest transition of every document again, with its current state, so that a
 * stream which lost its tail and whoever reads it are up to date again. Needs MONGODB_URI and NATS_URL.
 */
export async function republish<T extends Listed>({ stream, republish }: AggregateKind<T>): Promise<void> {
  const { database, events } = await openResources("republish", readConfig(resourcesConfig));
  console.log(`${stream}: ${await republish({ db: database.db, events })} snapshots published`);
  await events.close();
  await database.close();
}
