import type { FileStore } from "@ticketing/runtime/events/file-store";
import type { SnapshotFacts } from "./snapshot-file.ts";

/**
 * Throws unless the streams are those that a file was fed from, and have all that came after it: a stream that was made
 * anew, or lost its end, gives the same numbers to other events.
 */
export async function requireFit(
  store: Pick<FileStore, "streamState">,
  positions: SnapshotFacts["positions"],
): Promise<void> {
  if (positions.length === 0) throw new Error("it was fed from no stream");
  for (const { stream, created, sequence } of positions) {
    const now = await store.streamState(stream);
    if (now.created !== created) throw new Error(`${stream} was made anew`);
    if (sequence > now.lastSequence) throw new Error(`${stream} ends before event ${sequence}`);
    if (sequence + 1 < now.firstSequence)
      throw new Error(`${stream} has removed events that came after event ${sequence}`);
  }
}
