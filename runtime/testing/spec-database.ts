import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseUri, startMongo } from "@ticketing/servers/mongo";
import { type Database, openDatabase } from "../src/documents/database.ts";
import { silent } from "./service.ts";

/** A real database for the specs of one file, on a server of its own that goes with it. */
export async function openSpecDatabase(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), "ticketing-spec-"));
  const server = await startMongo({ dir: folder });
  const database = await openDatabase(databaseUri(server.url, "spec"), silent);
  return {
    ...database,
    async close() {
      await database.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
