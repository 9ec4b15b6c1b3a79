import { createReadStream, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import type { FileStore, StoredFile } from "@ticketing/runtime/events/file-store";
import { SCHEMA_VERSION } from "../projection/schema.ts";
import { checkFile, positionsIn, type SnapshotFacts, snapshotFacts } from "./snapshot-file.ts";
import { requireFit } from "./stream-fit.ts";

/** So long nobody else takes one. A snapshot of a million listings takes a tenth of it. */
const LEASE_MS = 10 * 60_000;

export interface TakeOptions {
  store: FileStore;
  /** The projection's file, which its owner goes on writing. */
  file: string;
  /** Nothing is done while the newest snapshot of this layout is younger, in ms. */
  every: number;
  now?: () => number;
}

/**
 * Copies the projection's file as of one moment, checks the copy, and has the broker keep it, compressed. Undefined when
 * no snapshot is due, or another replica is taking one. Whenever it is killed, the snapshots before stay what they are.
 */
export async function takeSnapshot(options: TakeOptions): Promise<StoredFile | undefined> {
  const { store, file, every, now = Date.now } = options;
  const youngest = (await store.list()).find(({ about }) => isOfThisLayout(about));
  // One from the future was stored by a clock that was wrong, and would be the youngest until then.
  if (youngest && Math.abs(now() - Date.parse(youngest.stored)) < every) return undefined;
  const lease = await store.lease(LEASE_MS);
  if (!lease) return undefined;
  const copy = `${file}.snapshot`;
  try {
    const facts = copyFile(file, copy);
    await requireFit(store, facts.positions);
    return await pipeline(createReadStream(copy), createZstdCompress(), (compressed) =>
      lease.store(compressed, facts),
    );
  } catch (error) {
    // The next one need not wait. An error of this one alone would hide the first.
    await lease.release().catch(() => undefined);
    throw error;
  } finally {
    rmSync(copy, { force: true });
  }
}

const isOfThisLayout = (about: unknown): boolean => {
  const { success, data } = snapshotFacts.safeParse(about);
  return success && data.schema === SCHEMA_VERSION;
};

function copyFile(file: string, copy: string): SnapshotFacts {
  rmSync(copy, { force: true });
  const source = new DatabaseSync(file, { readOnly: true });
  try {
    source.prepare("VACUUM INTO ?").run(copy);
  } finally {
    source.close();
  }
  const db = new DatabaseSync(copy, { readOnly: true });
  try {
    checkFile(db);
    return { schema: SCHEMA_VERSION, bytes: statSync(copy).size, positions: positionsIn(db) };
  } finally {
    db.close();
  }
}
