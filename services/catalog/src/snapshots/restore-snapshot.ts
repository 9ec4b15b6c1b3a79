import { closeSync, createWriteStream, fsyncSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isDeepStrictEqual } from "node:util";
import { createZstdDecompress } from "node:zlib";
import type { FileStore, StoredFile } from "@ticketing/runtime/events/file-store";
import { removeProjection } from "../projection/projection.ts";
import { SCHEMA_VERSION } from "../projection/schema.ts";
import { positionsIn, snapshotFacts } from "./snapshot-file.ts";
import { requireFit } from "./stream-fit.ts";

/** So many snapshots are tried at most, newer ones that come meanwhile among them. */
const MOST_TRIED = 6;

/** What became of a replica's start. */
export interface Restored {
  /** The snapshot that is in place; absent: none was fit, and the streams are read from their first event. */
  snapshot?: StoredFile;
  /** Why newer ones were not used. */
  refused: { id: string; reason: string }[];
}

/**
 * Puts the newest snapshot that fits the streams in the place of the projection's file. The others go on taking snapshots,
 * and one that is too old by now goes while it is read: after each that does not do, the list is read again. Whenever this
 * is killed, there is no file or a whole one.
 */
export async function restoreSnapshot(store: FileStore, file: string): Promise<Restored> {
  const refused: Restored["refused"] = [];
  while (refused.length < MOST_TRIED) {
    const snapshot = (await store.list()).find(({ id }) => !refused.some((before) => before.id === id));
    if (!snapshot) break;
    try {
      await restore(store, snapshot, file);
      return { snapshot, refused };
    } catch (error) {
      refused.push({ id: snapshot.id, reason: String(error instanceof Error ? error.message : error) });
    }
  }
  return { refused };
}

/** Its checksum says that it is what was stored, and that was checked before: see `takeSnapshot`. */
async function restore(store: FileStore, snapshot: StoredFile, file: string): Promise<void> {
  const { schema, bytes, positions } = snapshotFacts.parse(snapshot.about);
  if (schema !== SCHEMA_VERSION) throw new Error(`it has layout ${schema}, not ${SCHEMA_VERSION}`);
  await requireFit(store, positions);
  const arriving = `${file}.restored`;
  removeProjection(arriving);
  try {
    await pipeline(
      Readable.from(store.read(snapshot)),
      createZstdDecompress(),
      atMost(bytes),
      createWriteStream(arriving, { flush: true }),
    );
    const db = new DatabaseSync(arriving, { readOnly: true });
    try {
      if (!isDeepStrictEqual(positionsIn(db), positions)) throw new Error("its positions are other ones");
    } finally {
      db.close();
    }
    // What was logged for the file before would be read into this one.
    removeProjection(file);
    renameSync(arriving, file);
    syncFolder(dirname(file));
  } finally {
    removeProjection(arriving);
  }
}

/** A stream that would fill the disk ends instead. */
function atMost(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(new Error(`it is larger than its ${bytes} bytes`));
      else done(null, chunk);
    },
  });
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
