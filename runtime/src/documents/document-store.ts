import { setTimeout as sleep } from "node:timers/promises";
import type { Collection, Filter, OptionalUnlessRequiredId, WithoutId } from "mongodb";
import { DomainError } from "../process/domain-error.ts";
import { isDuplicateKey } from "./duplicate-key.ts";
import { findTogether } from "./find-together.ts";

/** One document, one version a write. */
export interface Versioned {
  _id: string;
  /** Starts at 1, plus one a write. */
  version: number;
}

/**
 * The index by which every write finds the version that it replaces: a store's collection has it. The embedded
 * database reads the whole collection for a filter that no one index covers, which `_id` alone does not.
 */
export const byVersion = { version: 1, _id: 1 } as const;

/** Documents of one kind, changed by pure functions under optimistic locking. */
export interface DocumentStore<T extends Versioned> {
  find(id: string): Promise<T | null>;
  /** As `find`; throws NOT_FOUND without the document. */
  get(id: string): Promise<T>;
  /** Inserts a first version unless the id is taken. */
  insert(document: T): Promise<"inserted" | "exists">;
  /**
   * Loads the document, applies `change`, and saves the result if nobody wrote meanwhile; else loads and
   * decides again. Returning the same object saves nothing. What `change` throws passes through.
   * `read` is the document as this very call has read it already: it is tried first, which saves the read. It can
   * overwrite nothing, since the write names its version. Throws NOT_FOUND without the document and CONTENTION after
   * eight lost races.
   */
  update(id: string, change: (document: T) => T | Promise<T>, read?: T): Promise<T>;
}

const noSuchDocument = () => new DomainError("NOT_FOUND", "there is no such document");

const MAX_TRIES = 8;

/**
 * What is stored of a document that has no history: an empty one, without which replicas of the release before could
 * not change it. They read no more than that of it, and nobody reads it here: it goes with the next release.
 */
const changeableBefore = <T extends Versioned>(document: T): T => ({ ...document, history: [] });

/** A store over a collection. */
export function createDocumentStore<T extends Versioned>(options: {
  collection: Collection<T>;
  /** The error for callers that name a document which does not exist. */
  notFound?: (() => Error) | undefined;
  /** The document as it is stored, in place of version `since` or as the first. */
  stored?: (document: T, since: number) => T;
  /** Called with each document that was written, as it is stored. */
  onWritten?: (document: T) => void;
}): DocumentStore<T> {
  const { collection, notFound = noSuchDocument, stored = changeableBefore } = options;
  const { onWritten = () => undefined } = options;
  const find = findTogether(collection);
  const get = async (id: string): Promise<T> => {
    const document = await find(id);
    if (!document) throw notFound();
    return document;
  };

  return {
    find,
    get,
    async insert(document) {
      const first = stored(document, 0);
      try {
        await collection.insertOne(first as OptionalUnlessRequiredId<T>);
      } catch (error) {
        if (isDuplicateId(error)) return "exists";
        throw error;
      }
      onWritten(first);
      return "inserted";
    },
    async update(id, change, read) {
      for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
        const current = (attempt === 1 && read) || (await get(id));
        const changed = await change(current);
        if (changed === current) return current;
        const next = stored(changed, current.version);
        const { _id, ...replacement } = next;
        const unchanged = { _id: id, version: current.version } as Filter<T>;
        // The same limit of the driver's types: T without `_id` is what it asks for.
        const result = await collection.replaceOne(unchanged, replacement as WithoutId<T>);
        if (result.matchedCount === 1) {
          onWritten(next);
          return next;
        }
        await sleep(Math.random() * 2 ** attempt * 2);
      }
      throw new DomainError("CONTENTION", "too many changes at once; try again");
    },
  };
}

/** A duplicate of the id; duplicates of other unique keys are the caller's to explain. */
const isDuplicateId = (error: unknown): boolean =>
  isDuplicateKey(error) && !(error.keyPattern && !("_id" in error.keyPattern));
