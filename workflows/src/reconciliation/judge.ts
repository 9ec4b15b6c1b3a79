import type { Drift, Skipped, Source } from "./drift.ts";
import type { Look } from "./look.ts";
import { type Found, UnknownRecord } from "./lookup.ts";

/** A workflow keeps what is said here: an id of a megabyte must not be what it fails on. */
const SAID = 300;

/** Compares records one by one: what one of them breaks is said of it, and the others are compared all the same. */
export function judge<T>(
  source: Source,
  page: Found<T> & { nextPageToken: string },
  idOf: (record: T) => string | undefined,
  compare: (record: T) => Drift[],
): Look {
  const { records, unreadable, failed, nextPageToken } = page;
  const drift = unreadable.map(({ id, problem }) => invalid(source, id, problem));
  const skipped: Skipped[] = [...failed].map(([id, reason]) => ({ source, id, reason: short(reason) }));
  for (const record of records) {
    const id = idOf(record) ?? "";
    try {
      drift.push(...compare(record).map((each) => ({ ...each, detail: short(each.detail) })));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof UnknownRecord) skipped.push({ source, id, reason: short(message) });
      else drift.push(invalid(source, id, message));
    }
  }
  return { compared: records.length + unreadable.length, drift, skipped, nextPageToken };
}

/** A record that breaks the rules of its kind. */
export function invalid(source: Source, id: string, detail: string): Drift {
  const about = {
    ...{ orders: "orderId", payments: "orderId", earnings: "orderId", charges: "orderId" },
    ...{ tickets: "ticketId", intents: "intentId", movements: "intentId" },
  } as const;
  const none = { orderId: "", ticketId: "", intentId: "" };
  const said = short(id);
  return { kind: "RECORD_INVALID", source, id: said, ...none, [about[source]]: said, detail: short(detail) };
}

const short = (text: string): string =>
  text.length > SAID ? `${text.slice(0, SAID).toWellFormed()}…` : text;
