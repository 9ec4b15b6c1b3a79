import { readConfig } from "@ticketing/runtime/process/config";
import { openResources, resourcesConfig } from "@ticketing/runtime/serving/process-resources";
import { DURABLE, projections, sources } from "../src/projections.ts";

/**
 * A whole command: empties the operators' read models and lets them grow again from the first event of each stream,
 * while everything runs. First the documents, then the consumers' places: an event that comes in between is applied
 * twice at worst, and never lost. Until the streams are read again, the overview shows less than there is. Search is
 * not touched: a replica whose file is deleted while it is stopped makes it anew when it starts, before it is ready.
 */
const { database, events } = await openResources("rebuild", readConfig(resourcesConfig));
for (const name of projections) {
  const { deletedCount } = await database.db.collection(name).deleteMany({});
  console.log(`${name}: ${deletedCount} documents dropped`);
}
for (const { stream } of sources) {
  await events.forget(stream, DURABLE);
  console.log(`${stream}: read again from its first event`);
}
for (const { stream, firstSequence } of await events.streamStorage()) {
  if (firstSequence > 1 && sources.some((source) => source.stream === stream))
    console.log(
      `${stream}: ${firstSequence - 1} events have reached their age. What only they told is missing until npm run republish`,
    );
}
await events.close();
await database.close();
