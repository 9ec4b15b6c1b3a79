import { Code, ConnectError } from "@connectrpc/connect";
import { isId } from "./drift.ts";

/** Records of one service: those that can be read, and those that it cannot tell. */
export interface Answer<T> {
  records: T[];
  unreadable: { id: string; problem: string }[];
}

/** What was found under some ids. An id in `failed` may or may not exist: asking for it had no answer. */
export interface Found<T> extends Answer<T> {
  failed: Map<string, string>;
}

/** Answers that say nothing about a record: the service or what it needs is away, and a repeat may succeed. */
const PASSING = [
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.ResourceExhausted,
  Code.Aborted,
  Code.Canceled,
  Code.Unauthenticated,
  Code.PermissionDenied,
];

/**
 * Asks for records by their ids, all at once. Where that is refused, one record may be why: then each is asked for
 * by itself, and what is refused alone is in `failed`. Throws what says nothing about a record.
 */
export async function findAll<T>(
  ids: string[],
  ask: (ids: string[]) => Promise<Answer<T>>,
): Promise<Found<T>> {
  const askable = ids.filter(isId);
  if (askable.length === 0) return { records: [], unreadable: [], failed: new Map() };
  try {
    return { ...(await ask(askable)), failed: new Map() };
  } catch (error) {
    throwPassing(error);
  }
  const found: Found<T> = { records: [], unreadable: [], failed: new Map() };
  for (const id of askable) {
    try {
      const { records, unreadable } = await ask([id]);
      found.records.push(...records);
      found.unreadable.push(...unreadable);
    } catch (error) {
      throwPassing(error);
      found.failed.set(id, ConnectError.from(error).message);
    }
  }
  return found;
}

function throwPassing(error: unknown): void {
  if (error instanceof ConnectError && PASSING.includes(error.code)) throw error;
}

/** A record that is asked for and of which nothing can be said now. */
export class UnknownRecord extends Error {}

/** What was found, by id: undefined for what does not exist. Throws {@link UnknownRecord}. */
export function books<T>(
  name: string,
  { records, unreadable, failed }: Found<T>,
  idOf: (record: T) => string | undefined,
): (id: string) => T | undefined {
  const known = new Map(records.map((record) => [idOf(record) ?? "", record]));
  const unknown = new Map([...unreadable.map(({ id, problem }) => [id, problem] as const), ...failed]);
  return (id) => {
    const reason = unknown.get(id);
    if (reason !== undefined) throw new UnknownRecord(`its ${name} ${id} cannot be read: ${reason}`);
    return known.get(id);
  };
}
