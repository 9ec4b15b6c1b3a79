import { missing } from "./api-error.ts";
import type { List } from "./objects.ts";

interface Paging {
  limit: number;
  starting_after?: string;
  ending_before?: string;
  created?: { gt?: number; gte?: number; lt?: number; lte?: number };
}

/** One page, newest first, of `records` in order of creation (docs.stripe.com/api/pagination, `created` as in every list endpoint). */
export function page<T extends { id: string; created: number }>(
  records: T[],
  paging: Paging,
  url: string,
): List<T> {
  const { gt = -1, gte = 0, lt = Infinity, lte = Infinity } = paging.created ?? {};
  const found = records
    .filter(({ created }) => created > gt && created >= gte && created < lt && created <= lte)
    .reverse();
  const indexOf = (id: string) => {
    const index = found.findIndex((record) => record.id === id);
    if (index < 0) throw missing("object", id, "starting_after");
    return index;
  };
  if (paging.ending_before !== undefined) {
    const end = indexOf(paging.ending_before);
    const start = Math.max(0, end - paging.limit);
    return { ...listed(found.slice(start, end), url), has_more: start > 0 };
  }
  const start = paging.starting_after === undefined ? 0 : indexOf(paging.starting_after) + 1;
  return {
    ...listed(found.slice(start, start + paging.limit), url),
    has_more: found.length > start + paging.limit,
  };
}

/** All of `data` as one list. */
export function listed<T>(data: T[], url: string): List<T> {
  return { object: "list", data, has_more: false, url };
}
