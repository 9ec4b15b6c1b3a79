import { setImmediate } from "node:timers/promises";
import type { Statements, Values } from "./statements.ts";

/** Where a row stands in an order. */
export interface Place {
  key: number;
  id: string;
}

/** A part of an index, of which some rows are wanted. */
export interface Walked<Row> {
  /** The table, with an alias and the index: `listings l INDEXED BY …`. */
  rows: string;
  /** What of it the index holds: equalities that it begins with. */
  within: string;
  /** The columns `key` and `id` of the order, as the index has them next. */
  order: { key: string; id: string };
  direction: 1 | -1;
  /** The walk begins behind the first of these and ends behind the second (before the first, when it goes down). */
  from: Place;
  to: Place;
  values: Values;
  /** How many rows a slice has: more when they take no time. */
  size: { first: number; largest: number };
  /** The rows of a slice that are wanted, in order, at most `limit`: `slice` bounds them, with `values`. */
  find(slice: string, values: Values, limit: number): Row[];
}

/** A slice that takes so long is long enough. */
const SLICE_MS = 2;

/**
 * The first `limit` wanted rows of an index, found by a walk along it in slices. Between two of them the process does
 * what else is due: a walk may be long where nearly nothing on the way is wanted.
 */
export async function walk<Row>(read: Statements, walked: Walked<Row>, limit: number): Promise<Row[]> {
  const { rows, within, order, direction, values } = walked;
  const [after, until, sort] = direction === 1 ? [">", "<=", "ASC"] : [">=", "<", "DESC"];
  const place = `(${order.key}, ${order.id})`;
  const slice = `${within} AND ${place} ${after} (:from_key, :from_id) AND ${place} ${until} (:to_key, :to_id)`;
  const boundary = `SELECT ${order.key} AS key, ${order.id} AS id FROM ${rows} WHERE ${slice}
    ORDER BY ${order.key} ${sort}, ${order.id} ${sort} LIMIT 1 OFFSET :size - 1`;
  const found: Row[] = [];
  let { from, to } = walked;
  let size = walked.size.first;
  for (;;) {
    const begun = performance.now();
    const bounds = () => ({
      ...values,
      ...{ from_key: from.key, from_id: from.id, to_key: to.key, to_id: to.id },
    });
    const end = read.get<Place>(boundary, { ...bounds(), size });
    const rest = { from, to };
    if (end && direction === 1) to = end;
    if (end && direction === -1) from = end;
    found.push(...walked.find(slice, bounds(), limit - found.length));
    if (!end || found.length >= limit) return found;
    if (direction === 1) [from, to] = [end, rest.to];
    else [from, to] = [rest.from, end];
    if (performance.now() - begun < SLICE_MS) size = Math.min(size * 2, walked.size.largest);
    else size = Math.max(Math.floor(size / 2), walked.size.first);
    await setImmediate();
  }
}
