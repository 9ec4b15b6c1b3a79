import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { RecordSelection } from "@ticketing/proto/type/v1/record_selection";
import type { Collection, Filter, Sort } from "mongodb";
import type { Aggregate } from "./document-store.ts";
import { decodeTimePosition, encodeTimePosition } from "./page-token.ts";

const DEFAULT_PAGE_SIZE = 20;

/** How long events may wait before that is worth telling. */
const UNPUBLISHED_MS = 60_000;

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
  const limit = span.pageSize || DEFAULT_PAGE_SIZE;
  const after = decodeTimePosition(span.pageToken);
  const until = timestampDate(span.until);
  const from = after
    ? [{ updateTime: { $gt: after.time, $lt: until } }, { updateTime: after.time, _id: { $gt: after.id } }]
    : [{ updateTime: { $gte: timestampDate(span.since), $lt: until } }];
  const found = (await find({ $or: from })
    .sort(byUpdateTime as Sort)
    .limit(limit + 1)
    .toArray()) as T[];
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  const more = found.length > limit && last;
  return {
    documents,
    nextPageToken: more ? encodeTimePosition({ time: last.updateTime, id: last._id }) : "",
  };
}

/** Whether a document's events have waited for longer than a moment. */
export const isUnpublished = (document: Aggregate, now: Date): boolean =>
  document.pending && now.getTime() - document.updateTime.getTime() > UNPUBLISHED_MS;
