import type { DatabaseSync } from "node:sqlite";
import type { FollowPosition, NextPosition } from "@ticketing/runtime/events/events";

/** How far a stream is applied with the changes that it is saved with. */
export interface StreamPosition extends NextPosition {
  stream: string;
}

/** Reads how far a stream is applied; undefined in a new file. */
export function positionReader(db: DatabaseSync): (stream: string) => FollowPosition | undefined {
  const read = db.prepare("SELECT created, sequence, incomplete FROM positions WHERE stream = ?");
  return (stream) => {
    const row = read.get(stream);
    return (
      row && {
        created: String(row.created),
        sequence: Number(row.sequence),
        incomplete: row.incomplete === 1,
      }
    );
  };
}
