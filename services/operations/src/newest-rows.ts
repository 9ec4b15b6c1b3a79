import { DUPLICATE_KEY } from "@ticketing/runtime/documents/duplicate-key";
import { CONCURRENT_EVENTS } from "@ticketing/runtime/events/events";
import {
  type AnyBulkWriteOperation,
  type Collection,
  type Filter,
  MongoBulkWriteError,
  type WithoutId,
} from "mongodb";

/** What a projection needs of a document to keep it from going back in time. */
export interface Projected {
  _id: string;
  version: number;
}

/** The index by which it is decided: a projection's collection has it. See `byVersion` of the document store. */
export const byIdAndVersion = { _id: 1, version: 1 } as const;

/** Takes a row unless one as new is held already. Resolves once that is stored, with whether the row was taken. */
export type TakeRow<T extends Projected> = (row: T) => Promise<boolean>;

/** Rows that are stored by one command. */
interface Batch<T> {
  /** The newest of each id. */
  rows: Map<string, T>;
  /** How many wait for it. */
  waiting: number;
  taken: Promise<ReadonlySet<T>>;
  storeNow(): void;
}

/**
 * Keeps the newest row of each id. Rows that come within `gatherMs` are stored by one command, which costs a third of
 * storing each. Whoever gives one waits until it is stored: an event is acknowledged after that, so a process that dies
 * before loses nothing. A batch is full once no consumer could add to it.
 */
export function createNewestRows<T extends Projected>(
  collection: Collection<T>,
  { gatherMs }: { gatherMs: number },
): TakeRow<T> {
  let open: Batch<T> | undefined;

  function openBatch(): Batch<T> {
    const rows = new Map<string, T>();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, gatherMs);
    const taken = promise.then(() => {
      clearTimeout(timer);
      open = undefined;
      return storeNewest(collection, [...rows.values()]);
    });
    return { rows, waiting: 0, taken, storeNow: resolve };
  }

  return async (row) => {
    open ??= openBatch();
    const batch = open;
    const other = batch.rows.get(row._id);
    if (!other || other.version < row.version) batch.rows.set(row._id, row);
    batch.waiting++;
    if (batch.waiting >= CONCURRENT_EVENTS) batch.storeNow();
    return (await batch.taken).has(row);
  };
}

// The driver's generic types cannot see that T has these two fields.
const olderThan = <T extends Projected>({ _id, version }: T) =>
  ({ _id, version: { $lt: version } }) as Filter<T>;

function withoutId<T extends Projected>({ _id, ...rest }: T): WithoutId<T> {
  return rest as WithoutId<T>;
}

/**
 * Stores rows of different ids; gives those that were newer than what was held. Where one as new is held the filter
 * matches nothing, the upsert meets the document's own `_id`, and nothing changes. Two first writes of one id meet
 * there too, so a duplicate key is followed by one plain replace, which sees what the other one wrote.
 */
async function storeNewest<T extends Projected>(
  collection: Collection<T>,
  rows: readonly T[],
): Promise<ReadonlySet<T>> {
  const operations = rows.map((row) => ({
    replaceOne: { filter: olderThan(row), replacement: withoutId(row), upsert: true },
  }));
  const taken = new Set(rows);
  try {
    await collection.bulkWrite(operations as AnyBulkWriteOperation<T>[], { ordered: false });
  } catch (error) {
    for (const row of duplicatesIn(error, rows)) {
      const { matchedCount } = await collection.replaceOne(olderThan(row), withoutId(row));
      if (matchedCount === 0) taken.delete(row);
    }
  }
  return taken;
}

/** The rows that met their own id. Throws the error where that is not all that it tells. */
function duplicatesIn<T>(error: unknown, rows: readonly T[]): T[] {
  const failures = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
  if (failures.length === 0 || failures.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
  return failures.flatMap(({ index }) => rows[index] ?? []);
}
