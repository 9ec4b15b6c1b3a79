import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "@ticketing/runtime/process/clock";
import { createCounting } from "./counting.ts";
import { createListingRows } from "./listing-rows.ts";
import type { ListingState } from "./listing-state.ts";
import { createPassingTime } from "./passing-time.ts";
import { createPlacing } from "./placing.ts";
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";

/** So many rows are changed at a time because time passed: a few milliseconds. */
const ROWS_AT_ONCE = 200;
/** A file that is so much ahead of the clock was written by a clock that was wrong. */
const CLOCK_SKEW_MS = 60_000;

/** How far a stream was applied. */
export interface StreamPosition {
  stream: string;
  /** When the stream was made. */
  created: string;
  /** The last event that was applied. */
  sequence: number;
}

/** A seller's name as it was announced. */
export interface SellerName {
  id: string;
  version: number;
  displayName: string;
}

/** What events told, and how far their streams are applied with it. */
export interface Changes {
  listings?: readonly ListingState[];
  sellers?: readonly SellerName[];
  positions?: readonly StreamPosition[];
}

/** Search's own copy of what is listed, in a file of this process alone: no other writes to it. */
export interface Projection {
  /** For reading. After {@link Projection.passTime}, `held` and `for_sale` are true of now but for a backlog. */
  readonly db: DatabaseSync;
  /** How far each stream is applied; none in a new file. */
  positions(): StreamPosition[];
  /**
   * Saves changes and positions together, so that each event counts once, whenever the process dies. A state that is
   * not newer than what is held changes nothing. Gives the states that were taken.
   */
  apply(changes: Changes): ListingState[];
  /**
   * Ends the locks and takes off sale the events that are due, at most some hundreds at once; without any due it reads
   * nothing. Gives whether more are due: readers that must be exact compare `held_until` and `start` with the time.
   */
  passTime(): boolean;
  /** The time that its rows are true of, in ms since 1970: the clock's, which does not go back here. */
  now(): number;
  close(): void;
}

/** Opens the file, or makes it anew where it is missing, of another schema, or from a future that the clock denies. */
export function openProjection(file: string, clock: Clock): Projection {
  let db = openFile(file);
  if (!isUsable(db, clock().getTime())) {
    db.close();
    removeProjection(file);
    db = openFile(file);
    db.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  }
  return projectionOf(db, clock);
}

/** Removes the file with what belongs to it. It grows again from the streams. */
export function removeProjection(file: string): void {
  for (const part of ["", "-wal", "-shm"]) rmSync(`${file}${part}`, { force: true });
}

function openFile(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  // A commit that a power failure takes back takes its positions back too: it is applied again.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY");
  db.exec("PRAGMA cache_size = -65536; PRAGMA mmap_size = 1073741824");
  return db;
}

function isUsable(db: DatabaseSync, now: number): boolean {
  if (db.prepare("PRAGMA user_version").get()?.user_version !== SCHEMA_VERSION) return false;
  return Number(db.prepare("SELECT time FROM passed").get()?.time) <= now + CLOCK_SKEW_MS;
}

function projectionOf(db: DatabaseSync, clock: Clock): Projection {
  const counting = createCounting(db);
  const placing = createPlacing(db);
  const rows = createListingRows(db, { counting, place: placing.place });
  const time = createPassingTime(db, counting);
  const readPositions = db.prepare("SELECT stream, created, sequence FROM positions");
  const savePosition = db.prepare("REPLACE INTO positions (stream, created, sequence) VALUES (?, ?, ?)");
  const saveSeller = db.prepare(
    `INSERT INTO sellers (id, version, display_name) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, display_name = excluded.display_name
     WHERE excluded.version > version`,
  );
  const savePassed = db.prepare("UPDATE passed SET time = ?");
  let passed = Number(db.prepare("SELECT time FROM passed").get()?.time);
  let next = time.next();

  const now = () => {
    passed = Math.max(passed, clock().getTime());
    return passed;
  };

  function inTransaction<T>(work: (now: number) => T): T {
    const begun = now();
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = work(begun);
      savePassed.run(begun);
      db.exec("COMMIT");
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      placing.forget();
      throw error;
    } finally {
      next = time.next();
    }
  }

  return {
    db,
    // The columns that it selects.
    positions: () => readPositions.all() as unknown as StreamPosition[],
    apply: ({ listings = [], sellers = [], positions = [] }) =>
      inTransaction((begun) => {
        if (next <= begun) time.pass(begun, ROWS_AT_ONCE);
        for (const { id, version, displayName } of sellers) saveSeller.run(id, version, displayName);
        const taken = listings.filter((state) => rows.apply(state, begun));
        for (const { stream, created, sequence } of positions) savePosition.run(stream, created, sequence);
        return taken;
      }),
    passTime() {
      if (next > now()) return false;
      inTransaction((begun) => time.pass(begun, ROWS_AT_ONCE));
      return next <= passed;
    },
    now,
    close: () => db.close(),
  };
}
