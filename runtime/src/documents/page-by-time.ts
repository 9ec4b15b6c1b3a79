import type { Collection, Filter, Sort } from "mongodb";
import type { Page } from "./aggregate-store.ts";
import { rowsOfPage } from "./page-size.ts";
import { decodeTimePosition, encodeTimePosition } from "./page-token.ts";
import type { Aggregate } from "./transition.ts";

/**
 * The time that a page is looked for in first; four times as much follows until the page is full. The embedded
 * database sorts all that a filter finds before it takes a page of it, and reads the whole collection for a filter
 * that is no single range of an index: so a page asks for short ranges, one after the other.
 */
const FIRST_STEP_MS = 10_000;

/** A page of the documents that have a time in [since, until), earliest first. */
export interface TimeSpan<T> {
  /** The field of the time. With `_id` after it, it needs an index. */
  time: keyof T & string;
  since: Date;
  until: Date;
  /** What else they have in common; the index needs the same filter. */
  filter?: Filter<T>;
  pageSize: number;
  pageToken: string;
}

/** Reads a page; each document is on one of them, also where pages end amid one time. Throws BAD_PAGE_TOKEN. */
export async function pageByTime<T extends Aggregate>(
  collection: Pick<Collection<T>, "find">,
  { time, since, until, filter, pageSize, pageToken }: TimeSpan<T>,
): Promise<Page<T>> {
  const limit = rowsOfPage(pageSize);
  const wanted = limit + 1;
  const order = { [time]: 1, _id: 1 } as Sort;
  // The driver's generic types cannot see that every T has these fields (here and below).
  const read = async (range: object, rows: number) =>
    (await collection
      .find({ ...filter, ...range } as Filter<T>)
      .sort(order)
      .limit(rows)
      .toArray()) as T[];
  const after = decodeTimePosition(pageToken, time);
  const found = after ? await read({ [time]: after.time, _id: { $gt: after.id } }, wanted) : [];
  let from = after ? after.time.getTime() + 1 : since.getTime();
  for (let step = FIRST_STEP_MS; found.length < wanted && from < until.getTime(); step *= 4) {
    const to = Math.min(from + step, until.getTime());
    found.push(
      ...(await read({ [time]: { $gte: new Date(from), $lt: new Date(to) } }, wanted - found.length)),
    );
    from = to;
  }
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  const more = found.length > limit && last;
  return {
    documents,
    nextPageToken: more ? encodeTimePosition({ time: last[time] as Date, id: String(last._id) }, time) : "",
  };
}
