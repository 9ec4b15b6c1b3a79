import type { AggregateStore, Listed } from "@ticketing/runtime/documents/aggregate-store";
import { isDuplicateKey } from "@ticketing/runtime/documents/duplicate-key";
import type { Filter } from "mongodb";
import { type Proposal, requireSameRequest } from "./proposal.ts";

/** What is proposed: one document has its key. */
export type Proposed = Listed & Omit<Proposal, "id"> & { key: string };

/**
 * Inserts what is proposed unless a document has its key: then that is the answer. Two proposals at the same time make
 * one, since the key is unique. `requireNew` throws where one with another key may be the same, and `requireFew` where
 * its proposer has proposed too much. Throws REQUEST_ID_REUSED.
 */
export async function propose<T extends Proposed>(
  store: AggregateStore<T>,
  wanted: T,
  { requireNew, requireFew }: Record<"requireNew" | "requireFew", () => Promise<void>>,
): Promise<T> {
  const known = await findByKey(store, wanted.key);
  if (known) return known;
  await requireNew();
  await requireFew();
  return insertOnce(store, wanted);
}

/** Inserts it, unless a document has its key: then that is the answer. Throws REQUEST_ID_REUSED. */
export async function insertOnce<T extends Proposed>(store: AggregateStore<T>, wanted: T): Promise<T> {
  try {
    if ((await store.insert(wanted)) === "inserted") return wanted;
    return requireSameRequest(await store.get(wanted._id), wanted);
  } catch (error) {
    const first = isDuplicateKey(error) && (await findByKey(store, wanted.key));
    if (first) return first;
    throw error;
  }
}

/** What has this key; null without any. */
export const findByKey = <T extends Proposed>({ collection }: AggregateStore<T>, key: string) =>
  // The driver's generic types cannot see that every T has these fields.
  collection.findOne({ key } as Filter<T>) as Promise<T | null>;
