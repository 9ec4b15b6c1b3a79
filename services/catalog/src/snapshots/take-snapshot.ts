import { createReadStream, rmSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import type { FileStore, StoredFile } from "@ticketing/runtime/events/file-store";
import { LOG_BOUNDS } from "../projection/checkpoints.ts";
import { SCHEMA_VERSION } from "../projection/schema.ts";
import { checkFile, positionsIn, type SnapshotFacts, snapshotFacts } from "./snapshot-file.ts";
import { requireFit } from "./stream-fit.ts";

/** So long nobody else takes one. A snapshot of a million listings takes a tenth of it. */
const LEASE_MS = 10 * 60_000;
/** Of SQLite's log. */
const PAGE_BYTES = 4096;

export interface TakeOptions {
  store: FileStore;
  /** The projection's file, which its owner goes on writing. */
  file: string;
  /** Nothing is done while the newest snapshot of this layout is younger, in ms. */
  every: number;
  now?: () => number;
  /** How many bytes the disk of a folder has left. */
  freeBytes?: (folder: string) => number;
}

/**
 * Copies the projection's file as of one moment, checks the copy, and has the broker keep it, compressed. Undefined when
 * no snapshot is due, or another replica is taking one. Whenever it is killed, the snapshots before stay what they are.
 */
export async function takeSnapshot(options: TakeOptions): Promise<StoredFile | undefined> {
  const { store, file, every, now = Date.now, freeBytes = freeBytesOf } = options;
  const youngest = (await store.list()).find(({ about }) => isOfThisLayout(about));
  // One from the future was stored by a clock that was wrong, and would be the youngest until then.
  if (youngest && Math.abs(now() - Date.parse(youngest.stored)) < every) return undefined;
  const lease = await store.lease(LEASE_MS);
  if (!lease) return undefined;
  const copy = `${file}.snapshot`;
  try {
    const facts = copyFile(file, copy, freeBytes);
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

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Throws unless the disk has room for a copy, and for the log that grows while it is made: the replica goes on writing. */
function requireRoom(source: DatabaseSync, free: number): void {
  const size = source.prepare("SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size");
  const needed = Number(size.get()?.n) + LOG_BOUNDS.most * PAGE_BYTES;
  if (free < needed) throw new Error(`the disk has ${free} bytes left, and a copy takes ${needed}`);
}

function copyFile(file: string, copy: string, freeBytes: (folder: string) => number): SnapshotFacts {
  rmSync(copy, { force: true });
  const source = new DatabaseSync(file, { readOnly: true });
  try {
    requireRoom(source, freeBytes(dirname(copy)));
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
