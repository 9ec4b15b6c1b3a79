import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { RecordSelection } from "@ticketing/proto/type/internal/v1/record_selection";
import type { Collection, Filter } from "mongodb";
import type { Page } from "./aggregate-store.ts";
import { pageByTime } from "./page-by-time.ts";
import type { Aggregate } from "./transition.ts";

/** How long events may wait before that is worth telling. */
const UNPUBLISHED_MS = 60_000;

/** The index that a selection by time needs. */
export const byUpdateTime = { updateTime: 1, _id: 1 } as const;

/** The records that reconciliation asks for; see the contract of RecordSelection. Throws BAD_PAGE_TOKEN. */
export async function selectRecords<T extends Aggregate>(
  collection: Pick<Collection<T>, "find">,
  selection: RecordSelection | undefined,
): Promise<Page<T>> {
  if (selection?.selection.case === "named") {
    const { ids } = selection.selection.value;
    // The driver's generic types cannot see that every T has an id of text.
    const named = collection.find({ _id: { $in: ids } } as object as Filter<T>);
    return { documents: (await named.toArray()) as T[], nextPageToken: "" };
  }
  const span = selection?.selection.value;
  if (!span?.since || !span.until) throw new Error("a validated selection names its records");
  const { pageSize, pageToken } = span;
  const [since, until] = [timestampDate(span.since), timestampDate(span.until)];
  return pageByTime(collection, { time: "updateTime", since, until, pageSize, pageToken });
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
