import type { AggregateStore, Listed } from "@ticketing/runtime/documents/aggregate-store";
import { isDuplicateKey } from "@ticketing/runtime/documents/duplicate-key";
import { byNewest } from "@ticketing/runtime/documents/newest-first";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Filter, Sort } from "mongodb";
import { type Proposal, requireSameRequest } from "./proposal.ts";

/** So many venues, and so many events, may one person propose within an hour: a month of a venue's programme. */
const PROPOSALS_AN_HOUR = 30;
const HOUR_MS = 3_600_000;

/** What is proposed: one document has its key. */
export type Proposed = Listed & Omit<Proposal, "id"> & { key: string };

/**
 * Inserts what is proposed unless a document has its key: then that is the answer. Two proposals at the same time make
 * one, since the key is unique. `requireNew` throws where one with another key may be the same. Throws
 * TOO_MANY_PROPOSALS and REQUEST_ID_REUSED.
 */
export async function propose<T extends Proposed>(
  store: AggregateStore<T>,
  wanted: T,
  now: Date,
  requireNew: () => Promise<void>,
): Promise<T> {
  const known = await findByKey(store, wanted.key);
  if (known) return known;
  await requireNew();
  await requireFew(store, wanted.proposerId, now);
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
  // The driver's generic types cannot see that every T has these fields (here and below).
  collection.findOne({ key } as Filter<T>) as Promise<T | null>;

async function requireFew<T extends Proposed>(
  { collection }: AggregateStore<T>,
  proposerId: string,
  now: Date,
): Promise<void> {
  const since = new Date(now.getTime() - HOUR_MS);
  const [first] = await collection
    .find({ proposerId, createTime: { $gt: since } } as Filter<T>)
    .sort(byNewest as Sort)
    .skip(PROPOSALS_AN_HOUR - 1)
    .limit(1)
    .toArray();
  if (!first) return;
  const waitMs = first.createTime.getTime() - since.getTime();
  throw new DomainError("TOO_MANY_PROPOSALS", "too many proposals within an hour", {}, waitMs);
}
