import { byVersion, createDocumentStore, type Versioned } from "@ticketing/runtime/documents/document-store";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Db } from "mongodb";

/** So many venues, and so many events, may one person propose within an hour: a month of a venue's programme. */
const PROPOSALS_AN_HOUR = 30;
const HOUR_MS = 3_600_000;

/** What one person proposed of one kind within the last hour: one document decides, however many calls come at once. */
interface Proposals extends Versioned {
  /** Oldest first. */
  times: Date[];
}

/** Counts what people propose. */
export interface ProposalLimit {
  /** For one more proposal. Throws TOO_MANY_PROPOSALS, and CONTENTION for one of very many at once. */
  take(kind: "venue" | "event", proposerId: string, now: Date): Promise<void>;
}

export async function createProposalLimit(db: Db): Promise<ProposalLimit> {
  const collection = db.collection<Proposals>("proposals");
  await collection.createIndex(byVersion);
  const store = createDocumentStore<Proposals>({ collection });
  return {
    async take(kind, proposerId, now) {
      const _id = `${kind}:${proposerId}`;
      if ((await store.insert({ _id, version: 1, times: [now] })) === "inserted") return;
      await store.update(_id, (proposals) => withOneMore(proposals, now));
    },
  };
}

function withOneMore({ _id, version, times }: Proposals, now: Date): Proposals {
  const since = new Date(now.getTime() - HOUR_MS);
  const recent = times.filter((time) => time > since);
  const [first] = recent;
  if (first && recent.length >= PROPOSALS_AN_HOUR) {
    const waitMs = first.getTime() - since.getTime();
    throw new DomainError("TOO_MANY_PROPOSALS", "too many proposals within an hour", {}, waitMs);
  }
  return { _id, version: version + 1, times: [...recent, now] };
}
