import type { Collection, Filter, Sort } from "mongodb";
import { rowsOfPage } from "./page-size.ts";
import { decodeTimePosition, encodeTimePosition } from "./page-token.ts";

/** The order of a list, and the end of an index that it needs. */
export const byNewest = { createTime: -1, _id: -1 } as const;

/** What a list is called in its page tokens. */
const listOf = <T extends object>({ collectionName }: Collection<T>, filter: Filter<T>): string =>
  `${collectionName} ${JSON.stringify(filter)}`;

/** How a collection stores times: as dates, or as ms since 1970. */
type StoreTime = (time: Date) => Date | number;
const asDate: StoreTime = (time) => time;

/** The query of a page: what lies past a position in the order newest first, ties by id. */
export function pastPosition<T extends object>(
  collection: Collection<T>,
  filter: Filter<T>,
  pageToken: string,
  stored = asDate,
): Filter<T> {
  const after = decodeTimePosition(pageToken, listOf(collection, filter));
  if (!after) return filter;
  const createTime = stored(after.time);
  const past = [{ createTime: { $lt: createTime } }, { createTime, _id: { $lt: after.id } }];
  // The driver's generic types cannot see that every T has these fields (here and below).
  return { $and: [filter, { $or: past }] } as Filter<T>;
}

/**
 * A page of the documents that match, newest first: `pageSize` of them (see {@link rowsOfPage}) and the token of the next
 * page, empty on the last. Needs an index that ends in {@link byNewest}. `stored` is for collections whose times are no
 * dates. Throws BAD_PAGE_TOKEN.
 */
export async function newestFirst<T extends { _id: string; createTime: Date | number }>(
  collection: Collection<T>,
  filter: Filter<T>,
  { pageSize, pageToken }: { pageSize: number; pageToken: string },
  stored = asDate,
): Promise<{ documents: T[]; nextPageToken: string }> {
  const limit = rowsOfPage(pageSize);
  const found = (await collection
    .find(pastPosition(collection, filter, pageToken, stored))
    .sort(byNewest as Sort)
    .limit(limit + 1)
    .toArray()) as T[];
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  const more = found.length > limit && last;
  return {
    documents,
    nextPageToken: more
      ? encodeTimePosition({ time: new Date(last.createTime), id: last._id }, listOf(collection, filter))
      : "",
  };
}
