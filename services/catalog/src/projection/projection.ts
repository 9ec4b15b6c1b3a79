import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "@ticketing/runtime/process/clock";
import { createCounting } from "./counting.ts";
import { isDamage, isOfNoUse, isUnwritable } from "./damage.ts";
import type { EventState, VenueState } from "./event-state.ts";
import { CLEAR_EVENTS, EVENTS_SCHEMA } from "./events-schema.ts";
import { createKnownEvents } from "./known-events.ts";
import { createListingRows } from "./listing-rows.ts";
import type { ListingState } from "./listing-state.ts";
import { createPassingTime } from "./passing-time.ts";
import { createPlacing } from "./placing.ts";
import { positionReader, type StreamPosition } from "./positions.ts";
import { CLEAR_LISTINGS, SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import { createSuggested } from "./suggested.ts";
import type { ProjectionView } from "./view.ts";

/** Its name in the folder of a replica. */
export const PROJECTION_FILE = "search.db";

/** So many rows are changed at a time because time passed: a few milliseconds. */
const ROWS_AT_ONCE = 200;
/** When a write failed for want of space or rights, none is tried for so long because time passed. */
const UNWRITABLE_MS = 1_000;
/** A file that is so much ahead of the clock was written by a clock that was wrong. */
const CLOCK_SKEW_MS = 60_000;

/** A seller's name as it was announced. */
export interface SellerName {
  id: string;
  version: number;
  displayName: string;
}

/** What events told, and how far their stream is applied with it. */
export interface Changes {
  listings?: readonly ListingState[];
  sellers?: readonly SellerName[];
  events?: readonly EventState[];
  venues?: readonly VenueState[];
  position?: StreamPosition | undefined;
}

/** The streams from which it grows, and how to forget what came of each. */
const CLEAR = { TICKETS: CLEAR_LISTINGS, USERS: "DELETE FROM sellers", EVENTS: CLEAR_EVENTS } as const;
export type ProjectedStream = keyof typeof CLEAR;

/** Search's own copy of what is listed and of what takes place, in a file of this process alone: no other writes to it. */
export interface Projection extends ProjectionView {
  /**
   * Saves changes and position together, so that each event counts once, whenever the process dies. A state that is
   * not newer than what is held changes nothing. Throws where other changes have to be saved before.
   */
  apply(changes: Changes): void;
  /** Forgets what came of a stream, and how far it was applied. */
  reset(stream: ProjectedStream): void;
  passTime(): boolean;
  /** When time alone changes a row next, in ms since 1970; Infinity: never. */
  nextDue(): number;
  /** Rejects while the file cannot be written to: it has no room, or no right or disk to write with. */
  requireWritable(): Promise<void>;
  close(): void;
}

export interface ProjectionOptions {
  clock: Clock;
  /** Is told which listings changed, by an event or by time alone, once that is saved. */
  onChange?: (ids: readonly string[]) => void;
  /** Is told when a statement found that the file is damaged. */
  onDamage?: (error: unknown) => void;
}

/**
 * Opens the file, or makes it anew where it is missing, damaged, of another schema, or from a future that the clock
 * denies.
 */
export function openProjection(file: string, options: ProjectionOptions): Projection {
  const kept = openKept(file, options);
  if (kept) return kept;
  removeProjection(file);
  const db = openFile(file);
  db.exec(`BEGIN; ${SCHEMA} ${EVENTS_SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  return projectionOf(db, options);
}

/** What the file has; undefined where that is of no use. */
function openKept(file: string, options: ProjectionOptions): Projection | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = openFile(file);
    if (isUsable(db, options.clock().getTime())) return projectionOf(db, options);
  } catch (error) {
    if (!isOfNoUse(error)) throw error;
  }
  db?.close();
  return undefined;
}

/** Removes the file with what belongs to it. It grows again from the streams. */
export function removeProjection(file: string): void {
  for (const part of ["", "-wal", "-shm"]) rmSync(`${file}${part}`, { force: true });
}

function openFile(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    return tuned(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function tuned(db: DatabaseSync): DatabaseSync {
  // A commit that a power failure takes back takes its positions back too: it is applied again.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY");
  db.exec("PRAGMA cache_size = -32768; PRAGMA mmap_size = 1073741824");
  return db;
}

function isUsable(db: DatabaseSync, now: number): boolean {
  if (db.prepare("PRAGMA user_version").get()?.user_version !== SCHEMA_VERSION) return false;
  return Number(db.prepare("SELECT time FROM passed").get()?.time) <= now + CLOCK_SKEW_MS;
}

function projectionOf(db: DatabaseSync, { clock, onChange, onDamage }: ProjectionOptions): Projection {
  const counting = createCounting(db);
  const placing = createPlacing(db);
  const rows = createListingRows(db, { counting, place: placing.place });
  const suggested = createSuggested(db);
  const known = createKnownEvents(db, suggested);
  const time = createPassingTime(db, counting, suggested);
  const positionOf = positionReader(db);
  const savePosition = db.prepare(
    "REPLACE INTO positions (stream, created, sequence, incomplete) VALUES (?, ?, ?, ?)",
  );
  const removePosition = db.prepare("DELETE FROM positions WHERE stream = ?");
  const saveSeller = db.prepare(
    `INSERT INTO sellers (id, version, display_name) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, display_name = excluded.display_name
     WHERE excluded.version > version`,
  );
  const savePassed = db.prepare("UPDATE passed SET time = ?");
  let passed = Number(db.prepare("SELECT time FROM passed").get()?.time);
  let next = time.next();
  /** Why the last write failed, and until when none is tried because time passed. */
  let unwritable: { error: unknown; until: number } | undefined;

  const failed = (error: unknown) => {
    if (isDamage(error)) onDamage?.(error);
  };

  const now = () => {
    passed = Math.max(passed, clock().getTime());
    return passed;
  };

  /** `work` gives the ids of the listings that it changed. */
  function inTransaction(work: (now: number) => readonly string[]): void {
    const begun = now();
    let changed: readonly string[];
    try {
      db.exec("BEGIN IMMEDIATE");
      changed = work(begun);
      savePassed.run(begun);
      db.exec("COMMIT");
      unwritable = undefined;
    } catch (error) {
      failed(error);
      if (isUnwritable(error)) unwritable = { error, until: begun + UNWRITABLE_MS };
      if (db.isTransaction) db.exec("ROLLBACK");
      placing.forget();
      throw error;
    } finally {
      next = time.next();
    }
    if (changed.length > 0) onChange?.(changed);
  }

  return {
    db,
    positionOf,
    apply: ({ listings = [], sellers = [], events = [], venues = [], position }) =>
      inTransaction((begun) => {
        const due = next <= begun ? time.pass(begun, ROWS_AT_ONCE) : [];
        for (const { id, version, displayName } of sellers) saveSeller.run(id, version, displayName);
        for (const venue of venues) known.applyVenue(venue);
        for (const event of events) known.applyEvent(event, begun);
        const taken = listings.filter((state) => rows.apply(state, begun)).map(({ id }) => id);
        if (position) {
          const { stream, created, sequence, incomplete, after } = position;
          if (after && !isDeepStrictEqual(positionOf(stream), after))
            throw new Error(`${stream}: what comes before event ${sequence} is not saved`);
          savePosition.run(stream, created, sequence, Number(incomplete));
        }
        return due.length > 0 ? [...new Set([...due, ...taken])] : taken;
      }),
    reset: (stream) =>
      inTransaction(() => {
        db.exec(CLEAR[stream]);
        removePosition.run(stream);
        placing.forget();
        return [];
      }),
    passTime() {
      if (next > now() || (unwritable && passed < unwritable.until)) return false;
      try {
        inTransaction((begun) => time.pass(begun, ROWS_AT_ONCE));
      } catch (error) {
        if (!isUnwritable(error)) throw error;
      }
      return !unwritable && next <= passed;
    },
    nextDue: () => next,
    async requireWritable() {
      if (unwritable) throw unwritable.error;
    },
    ...{ now, failed },
    close: () => db.close(),
  };
}
