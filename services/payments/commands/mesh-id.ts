import { openDatabase } from "@ticketing/runtime/documents/database";
import { systemClock } from "@ticketing/runtime/process/clock";
import { commonConfig, databaseConfig, readConfig } from "@ticketing/runtime/process/config";
import { createLogger } from "@ticketing/runtime/process/log";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { z } from "zod";
import { openMeshStore } from "../src/mesh-store.ts";

/**
 * A command: shows by which id this mesh knows its own at Stripe. With the word `renew` a copy gets an id of its
 * own; with `keep` a mesh that moved goes on with what it has. Needs MONGODB_URI and PUBLIC_URL.
 */
const { LOG_LEVEL, PUBLIC_URL } = commonConfig.shape;
const config = readConfig(z.object({ ...databaseConfig.shape, LOG_LEVEL, PUBLIC_URL }));
const [word = "show"] = process.argv.slice(2);
const log = createLogger("mesh-id", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);
const database = await openDatabase(config.MONGODB_URI, log, security);
const store = await openMeshStore(database.db, config.PUBLIC_URL, systemClock);

const commands: Readonly<Record<string, () => Promise<string>>> = {
  async show() {
    const { mesh, atHome } = await store.find();
    const { origin } = mesh.place;
    if (atHome) return `mesh ${mesh.id}, since ${mesh.since.toISOString()}`;
    return [
      `mesh ${mesh.id} took its id at ${origin}, in a database that this one was made from.`,
      "Payments writes nothing to Stripe until you say which this is:",
      "  npm run mesh-id -- renew   a copy beside the mesh: it gets an id of its own, and what the mesh has at",
      "                             Stripe stays untouched",
      "  npm run mesh-id -- keep    the mesh itself, restored or moved; the database it came from is not used any more",
    ].join("\n");
  },
  renew: async () => `mesh ${(await store.renew()).id}: nothing that is at Stripe now is its own`,
  keep: async () => `mesh ${(await store.keep()).id}: this is where it is now`,
};
const command = commands[word];
if (command) console.log(await command());
else console.error(`the words are ${Object.keys(commands).join(", ")}`);
await database.close();
process.exitCode = command ? 0 : 1;
