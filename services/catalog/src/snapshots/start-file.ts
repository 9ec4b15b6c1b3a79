import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { FileStore } from "@ticketing/runtime/events/file-store";
import { SCHEMA_VERSION } from "../projection/schema.ts";
import { type Restored, restoreSnapshot } from "./restore-snapshot.ts";
import { positionsIn } from "./snapshot-file.ts";
import { requireFit } from "./stream-fit.ts";

/** What a replica begins with. */
export interface FileAtStart extends Restored {
  /** Why the file that was there does not do; absent: it is kept, and nothing is restored. */
  unfit?: string;
}

/** Leaves a file alone that the streams can go on from, and puts a snapshot in the place of any other, if one fits. */
export async function startFile(store: FileStore, file: string): Promise<FileAtStart> {
  try {
    await requireFit(store, positionsOf(file));
    return { refused: [] };
  } catch (error) {
    const unfit = error instanceof Error ? error.message : String(error);
    return { unfit, ...(await restoreSnapshot(store, file)) };
  }
}

function positionsOf(file: string): ReturnType<typeof positionsIn> {
  if (!existsSync(file)) throw new Error("there is no file");
  const db = new DatabaseSync(file);
  try {
    const schema = db.prepare("PRAGMA user_version").get()?.user_version;
    if (schema !== SCHEMA_VERSION) throw new Error(`it has layout ${schema}, not ${SCHEMA_VERSION}`);
    return positionsIn(db);
  } finally {
    db.close();
  }
}
