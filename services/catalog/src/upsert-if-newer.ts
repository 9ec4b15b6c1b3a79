import { type Collection, type Filter, MongoServerError, type WithoutId } from "mongodb";

const DUPLICATE_KEY = 11_000;

/** What a projection needs of a document to keep it from going back in time. */
export interface Projected {
  _id: string;
  version: number;
}

/** The index by which it is decided: a projection's collection has it. See `byVersion` of the document store. */
export const byIdAndVersion = { _id: 1, version: 1 } as const;

/**
 * Saves a projected document unless what is held is as new or newer: then the filter matches nothing, the
 * upsert meets the document's own `_id`, and nothing changes. Two first writes of one id meet there too, so
 * a duplicate key is followed by one plain replace, which sees what the other one wrote.
 */
export async function upsertIfNewer<T extends Projected>(
  collection: Collection<T>,
  next: T,
): Promise<boolean> {
  const { _id, ...rest } = next;
  // The driver's generic types cannot see that T has these two fields.
  const older = { _id, version: { $lt: next.version } } as Filter<T>;
  const replacement = rest as WithoutId<T>;
  try {
    await collection.replaceOne(older, replacement, { upsert: true });
    return true;
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === DUPLICATE_KEY)) throw error;
    return (await collection.replaceOne(older, replacement)).matchedCount > 0;
  }
}
