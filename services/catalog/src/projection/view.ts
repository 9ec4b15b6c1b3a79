import { DatabaseSync } from "node:sqlite";
import type { FollowPosition } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import { isDamage } from "./damage.ts";
import { positionReader } from "./positions.ts";
import type { Writer } from "./writer.ts";

/** What search answers from. */
export interface ProjectionView {
  /** For reading. After {@link passTime}, `held` and `for_sale` are true of now but for a backlog. */
  readonly db: DatabaseSync;
  /**
   * Is called before each statement: what is read until this turn of the event loop ends is of one moment. Absent where
   * nobody else writes to the file.
   */
  beginReading?(): void;
  /** How far a stream is applied; undefined in a new file. */
  positionOf(stream: string): FollowPosition | undefined;
  /**
   * Ends the locks and takes off sale and out of the suggestions the events that are due, at most some hundreds at once;
   * without any due it reads nothing. Gives whether more are due: readers that must be exact compare `held_until` and
   * `start` with the time. Where the file cannot be written to, what is due stays as it is, and is tried again later.
   */
  passTime(): boolean | Promise<boolean>;
  /** The time that its rows are true of, in ms since 1970: the clock's, which does not go back here. */
  now(): number;
  /** Is told what a statement of a reader threw: damage of the file ends the process. */
  failed(error: unknown): void;
}

/** A view by a connection of its own, beside the thread that writes. */
export interface OwnView extends ProjectionView {
  /** The writer said that something is saved: what is read from now on has it. */
  refresh(): void;
  close(): void;
}

/** A connection that only reads, beside who writes. */
export function openForReading(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
  db.exec("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824");
  return db;
}

/** Opens the file, which its writer has made, for the thread that serves. */
export function openView(
  file: string,
  options: { writer: Pick<Writer, "passTime" | "nextDue">; clock: Clock; onDamage: (error: unknown) => void },
): OwnView {
  const { writer, clock, onDamage } = options;
  const db = openForReading(file);
  const begin = db.prepare("BEGIN");
  const end = db.prepare("COMMIT");
  const readPosition = positionReader(db);
  let passed = Number(db.prepare("SELECT time FROM passed").get()?.time);
  let turn: NodeJS.Immediate | undefined;

  const now = () => {
    passed = Math.max(passed, clock().getTime());
    return passed;
  };

  function beginReading(): void {
    if (turn) return;
    begin.run();
    turn = setImmediate(endReading);
  }

  function endReading(): void {
    clearImmediate(turn);
    turn = undefined;
    if (db.isTransaction) end.run();
  }

  return {
    ...{ db, beginReading, now },
    positionOf(stream) {
      beginReading();
      return readPosition(stream);
    },
    passTime: () => writer.nextDue() <= now() && writer.passTime(now()),
    failed(error) {
      if (isDamage(error)) onDamage(error);
    },
    refresh: endReading,
    close() {
      endReading();
      db.close();
    },
  };
}
