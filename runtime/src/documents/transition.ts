import type { Collection } from "mongodb";
import { currentRequestId } from "../process/request-context.ts";
import { createDocumentStore, type DocumentStore, type Versioned } from "./document-store.ts";

/** One step of a document's life: its timeline entry and the event that announces it. */
export interface Transition {
  version: number;
  /** Past tense, snake_case: the event's name. */
  type: string;
  time: Date;
  /** Small public facts. */
  data: Record<string, string>;
  /** The request that caused it, for traces. */
  requestId?: string;
}

/** A document whose life others follow: made by {@link born}, changed by {@link advance} or {@link amend}. */
export interface Aggregate extends Versioned {
  /** Its transitions, oldest first. */
  history: Transition[];
  /** The last version whose event the broker acknowledged. */
  published: number;
  /** Whether something is to be published: the relay's index. */
  pending: boolean;
  /** When it last changed. */
  updateTime: Date;
}

interface Step {
  type: string;
  time: Date;
  data?: Record<string, string>;
}

/** A document's first version. */
export function born<T extends object>(fields: T & { _id: string }, step: Step): T & Aggregate {
  return {
    ...fields,
    version: 1,
    updateTime: step.time,
    history: [{ version: 1, type: step.type, time: step.time, data: step.data ?? {} }],
    published: 0,
    pending: true,
  };
}

/**
 * A document's next version: the changes and the transition that they are. Of what was published already only
 * the last `keepPublished` transitions are kept; what is yet to be published always is.
 */
export function advance<T extends Aggregate>(
  document: T,
  step: Step,
  changes: Partial<T> = {},
  keepPublished = Number.POSITIVE_INFINITY,
): T {
  const version = document.version + 1;
  const past = document.history.filter((entry) => entry.version <= document.published);
  const due = document.history.filter((entry) => entry.version > document.published);
  const kept = past.slice(Math.max(0, past.length - keepPublished));
  const transition = { version, type: step.type, time: step.time, data: step.data ?? {} };
  const history = [...kept, ...due, transition];
  return { ...document, ...changes, version, updateTime: step.time, history, pending: true };
}

/** A document's next version with changes that are its service's own affair: no transition and no event. */
export const amend = <T extends Aggregate>(document: T, changes: Partial<T>, now: Date): T => ({
  ...document,
  ...changes,
  version: document.version + 1,
  updateTime: now,
});

/** A store of aggregates; `onPending` tells the relay of one that has something to publish. */
export function createAggregateStore<T extends Aggregate>(options: {
  collection: Collection<T>;
  onPending: (id: string) => void;
}): DocumentStore<T> {
  return createDocumentStore<T>({
    collection: options.collection,
    stored: withCause,
    onWritten: ({ _id, pending }) => pending && options.onPending(_id),
  });
}

/** The document with the request that is being answered noted at what it causes: its transitions after `since`. */
function withCause<T extends Aggregate>(document: T, since: number): T {
  const requestId = currentRequestId();
  const history = document.history.map((entry) => (entry.version > since ? { ...entry, requestId } : entry));
  return { ...document, history };
}
