import { setTimeout as sleep } from "node:timers/promises";
import { Code } from "@connectrpc/connect";
import {
  type Collection,
  type Filter,
  MongoServerError,
  type OptionalUnlessRequiredId,
  type WithoutId,
} from "mongodb";
import { DomainError } from "../process/domain-error.ts";
import { currentRequestId } from "../process/request-context.ts";

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

/** One document, one version a write. */
export interface VersionedDocument {
  _id: string;
  /** Starts at 1, plus one a write. */
  version: number;
  /** Its transitions, oldest first. */
  history: Transition[];
  /** The last version whose event the broker acknowledged. */
  published: number;
  /** Whether something is to be published: the relay's index. */
  pending: boolean;
}

/** A document whose life others follow: made by {@link born}, changed by {@link advance}. */
export interface Aggregate extends VersionedDocument {
  /** The time of its newest transition. */
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

/** Documents of one kind, changed by pure functions under optimistic locking. */
export interface DocumentStore<T extends VersionedDocument> {
  find(id: string): Promise<T | null>;
  /** Inserts a first version unless the id is taken. */
  insert(document: T): Promise<"inserted" | "exists">;
  /**
   * Loads the document, applies `change`, and saves the result if nobody wrote meanwhile; else loads and
   * decides again. Returning the same object saves nothing. What `change` throws passes through.
   * Throws NOT_FOUND without the document and CONTENTION after eight lost races.
   */
  update(id: string, change: (document: T) => T | Promise<T>): Promise<T>;
}

const DUPLICATE_KEY = 11_000;
const MAX_TRIES = 8;

/** A store over a collection; `onPending` tells the relay of a document that has something to publish. */
export function createDocumentStore<T extends VersionedDocument>(options: {
  collection: Collection<T>;
  onPending: (id: string) => void;
}): DocumentStore<T> {
  const { collection, onPending } = options;
  // The driver's generic types cannot see that every T has these fields.
  const caused = (document: T, since: number): T => {
    const requestId = currentRequestId();
    const history = document.history.map((entry) =>
      entry.version > since ? { ...entry, requestId } : entry,
    );
    return { ...document, history };
  };
  const byId = (id: string) => ({ _id: id }) as Filter<T>;
  const find = (id: string) => collection.findOne(byId(id)) as Promise<T | null>;

  return {
    find,
    async insert(document) {
      try {
        await collection.insertOne(caused(document, 0) as OptionalUnlessRequiredId<T>);
      } catch (error) {
        if (isDuplicateId(error)) return "exists";
        throw error;
      }
      if (document.pending) onPending(document._id);
      return "inserted";
    },
    async update(id, change) {
      for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
        const current = await find(id);
        if (!current) throw new DomainError(Code.NotFound, "NOT_FOUND", "there is no such document");
        const changed = await change(current);
        if (changed === current) return current;
        const next = caused(changed, current.version);
        const { _id, ...replacement } = next;
        const unchanged = { _id: id, version: current.version } as Filter<T>;
        // The same limit of the driver's types: T without `_id` is what it asks for.
        const result = await collection.replaceOne(unchanged, replacement as WithoutId<T>);
        if (result.matchedCount === 1) {
          if (next.pending) onPending(id);
          return next;
        }
        await sleep(Math.random() * 2 ** attempt * 2);
      }
      throw new DomainError(Code.Aborted, "CONTENTION", "too many changes at once; try again");
    },
  };
}

/** A duplicate of the id; duplicates of other unique keys are the caller's to explain. */
function isDuplicateId(error: unknown): boolean {
  return (
    error instanceof MongoServerError &&
    error.code === DUPLICATE_KEY &&
    !(error.keyPattern && !("_id" in error.keyPattern))
  );
}
