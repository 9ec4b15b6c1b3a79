import type { RecordSelection } from "@ticketing/proto/type/internal/v1/record_selection";
import type { Collection, Filter } from "mongodb";
import { currentRequestId } from "../process/request-context.ts";
import { createDocumentStore, type DocumentStore } from "./document-store.ts";
import { newestFirst } from "./newest-first.ts";
import type { Relay } from "./relay.ts";
import { selectRecords } from "./select-records.ts";
import type { Aggregate } from "./transition.ts";

/** A page of documents, and the token of the next one: empty on the last. */
export interface Page<T> {
  documents: T[];
  nextPageToken: string;
}

/** What others can follow, list and compare: it has a time of its own. */
export type Listed = Aggregate & { createTime: Date };

/** Aggregates of one kind. */
export interface AggregateStore<T extends Listed> extends DocumentStore<T> {
  /** Where they are, for questions that only this kind has. */
  collection: Collection<T>;
  /** A page of those that match, newest first: 20 unless `pageSize` says otherwise. Throws BAD_PAGE_TOKEN. */
  list(filter: Filter<T>, page: { pageSize: number; pageToken: string }): Promise<Page<T>>;
  /** What reconciliation asks for. Throws BAD_PAGE_TOKEN. */
  select(selection: RecordSelection | undefined): Promise<Page<T>>;
}

/** A store of aggregates; what is written there the relay publishes. */
export function createAggregateStore<T extends Listed>(options: {
  collection: Collection<T>;
  relay?: Pick<Relay<T>, "written" | "acknowledged"> | undefined;
  notFound?: () => Error;
  /** How many of its published transitions a document keeps: the newest; all of them by default. */
  keepHistory?: number | undefined;
}): AggregateStore<T> {
  const { collection, relay, notFound, keepHistory } = options;
  const documents = createDocumentStore<T>({
    collection,
    notFound,
    stored(document, since) {
      const published = Math.max(document.published, relay?.acknowledged(document._id) ?? 0);
      const history = withCause(withoutOldest({ ...document, published }, keepHistory), since);
      return { ...document, history, published, pending: history.some(({ version }) => version > published) };
    },
    onWritten: relay?.written,
  });
  return {
    ...documents,
    collection,
    list: (filter, page) => newestFirst(collection, filter, page),
    select: (selection) => selectRecords(collection, selection),
  };
}

/** What is yet to be published is always kept. */
function withoutOldest(
  { history, published }: Aggregate,
  keep = Number.POSITIVE_INFINITY,
): Aggregate["history"] {
  const past = history.filter(({ version }) => version <= published).length;
  return history.slice(Math.max(0, past - keep));
}

/** The request that is being answered is noted at what it causes: the transitions after version `since`. */
function withCause(history: Aggregate["history"], since: number): Aggregate["history"] {
  const requestId = currentRequestId();
  return history.map((entry) => (entry.version > since ? { ...entry, requestId } : entry));
}
