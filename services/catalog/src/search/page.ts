import type { Position } from "../page-token.ts";

/** A page and where it ended; `next` is absent on the last one. */
export interface Page<T> {
  rows: T[];
  next?: Position;
}

/** The page of rows of which one more was read than it has: whether that is there says whether there is another page. */
export function cut<T>(found: readonly T[], limit: number, positionOf: (last: T) => Position): Page<T> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return found.length > limit && last ? { rows, next: positionOf(last) } : { rows };
}
