import { byVersion, createDocumentStore } from "@ticketing/runtime/documents/document-store";
import type { Db } from "mongodb";
import { type EvidenceRecord, noEvidence } from "./evidence.ts";

/** What banks were told about each dispute: made on first use. */
export interface EvidenceStore {
  update(
    dispute: { id: string; orderId: string },
    change: (record: EvidenceRecord) => EvidenceRecord,
  ): Promise<EvidenceRecord>;
}

/** What was told in `evidence`. */
export async function createEvidenceStore(db: Db): Promise<EvidenceStore> {
  const collection = db.collection<EvidenceRecord>("evidence");
  await collection.createIndex(byVersion);
  const store = createDocumentStore<EvidenceRecord>({ collection });
  return {
    async update({ id, orderId }, change) {
      if (!(await store.find(id))) await store.insert(noEvidence(id, orderId));
      return store.update(id, change);
    },
  };
}
