import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { RecordSelection } from "@ticketing/proto/type/internal/v1/record_selection";
import type { Collection, Filter, Sort } from "mongodb";
import { rowsOfPage } from "./page-size.ts";
import { decodeTimePosition, encodeTimePosition } from "./page-token.ts";
import type { Aggregate } from "./transition.ts";

/** How long events may wait before that is worth telling. */
const UNPUBLISHED_MS = 60_000;

/**
 * The time that a page is looked for in first; four times as much follows until the page is full. The embedded
 * database sorts all that a filter finds before it takes a page of it, and reads the whole collection for a filter
 * that is no single range of an index: so a page asks for short ranges, one after the other.
 */
const FIRST_STEP_MS = 10_000;

/** The index that a selection by time needs. */
export const byUpdateTime = { updateTime: 1, _id: 1 } as const;

/** The records that reconciliation asks for; see the contract of RecordSelection. Throws BAD_PAGE_TOKEN. */
export async function selectRecords<T extends Aggregate>(
  collection: Collection<T>,
  selection: RecordSelection | undefined,
): Promise<{ documents: T[]; nextPageToken: string }> {
  // The driver's generic types cannot see that every T has these fields (here and below).
  const find = (filter: object) => collection.find(filter as Filter<T>);
  if (selection?.selection.case === "named") {
    const { ids } = selection.selection.value;
    return { documents: (await find({ _id: { $in: ids } }).toArray()) as T[], nextPageToken: "" };
  }
  const span = selection?.selection.value;
  if (!span?.since || !span.until) throw new Error("a validated selection names its records");
  const limit = rowsOfPage(span.pageSize);
  const wanted = limit + 1;
  const after = decodeTimePosition(span.pageToken);
  const page = async (filter: object, rows: number) =>
    (await find(filter)
      .sort(byUpdateTime as Sort)
      .limit(rows)
      .toArray()) as T[];
  const found = after ? await page({ updateTime: after.time, _id: { $gt: after.id } }, wanted) : [];
  const until = timestampMs(span.until);
  let from = after ? after.time.getTime() + 1 : timestampMs(span.since);
  for (let step = FIRST_STEP_MS; found.length < wanted && from < until; step *= 4) {
    const to = Math.min(from + step, until);
    const updateTime = { $gte: new Date(from), $lt: new Date(to) };
    found.push(...(await page({ updateTime }, wanted - found.length)));
    from = to;
  }
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  const more = found.length > limit && last;
  return {
    documents,
    nextPageToken: more ? encodeTimePosition({ time: last.updateTime, id: String(last._id) }) : "",
  };
}

/**
 * Documents as a contract tells them. One that was written past its service, so that the contract has no words for
 * it, is named in `unreadable` and takes nothing from the others.
 */
export function tellRecords<Schema extends DescMessage, T extends Aggregate>(
  schema: Schema,
  documents: T[],
  tell: (document: T) => MessageInitShape<Schema>,
): { records: MessageShape<Schema>[]; unreadable: { id: string; problem: string }[] } {
  const records: MessageShape<Schema>[] = [];
  const unreadable: { id: string; problem: string }[] = [];
  for (const document of documents) {
    try {
      const record = create(schema, tell(document));
      // What does not encode would take the whole answer with it.
      toBinary(schema, record);
      records.push(record);
    } catch (error) {
      const id: unknown = document._id;
      const problem = error instanceof Error ? error.message : String(error);
      // Only text can be asked for by name.
      if (typeof id === "string") unreadable.push({ id, problem });
      else unreadable.push({ id: "", problem: `the id ${id} is no text; ${problem}` });
    }
  }
  return { records, unreadable };
}

/** Whether a document's events have waited for longer than a moment. */
export const isUnpublished = (document: Aggregate, now: Date): boolean =>
  document.pending && now.getTime() - document.updateTime.getTime() > UNPUBLISHED_MS;
