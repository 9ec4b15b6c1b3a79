import type { AnyBulkWriteOperation, Collection } from "mongodb";
import type { Aggregate } from "./transition.ts";

/**
 * What the broker has acknowledged of documents that do not say so yet. A document says it with its next write, or by
 * one command for many documents. Whatever is forgotten here, because the process dies or another one writes first, is
 * published again and known by its message id.
 */
export interface Marks {
  /** The broker has stored the events of the document up to this version. */
  acknowledge(id: string, version: number): void;
  /** The newest version that the broker is known to have, 0 where the document itself says all that is known. */
  acknowledged(id: string): number;
  /** The document was written, with what it says of itself. */
  written(document: Aggregate): void;
  /** Notes in the documents what they do not say yet. */
  save(): Promise<void>;
}

export function createMarks<T extends Aggregate>(collection: Collection<T>): Marks {
  const versions = new Map<string, number>();
  return {
    acknowledge: (id, version) => void versions.set(id, Math.max(version, versions.get(id) ?? 0)),
    acknowledged: (id) => versions.get(id) ?? 0,
    written({ _id, published }) {
      if (published >= (versions.get(_id) ?? 0)) versions.delete(_id);
    },
    async save() {
      const batch = [...versions];
      if (batch.length === 0) return;
      const byVersion = Map.groupBy(batch, ([, version]) => version);
      const operations = [...byVersion].map(([version, documents]) => ({
        updateMany: {
          // A document that was written since then has another version, and something to publish.
          filter: { version, _id: { $in: documents.map(([id]) => id) } },
          update: { $set: { published: version, pending: false } },
        },
      }));
      // The driver's generic types cannot see that every T has these fields.
      await collection.bulkWrite(operations as object[] as AnyBulkWriteOperation<T>[], { ordered: false });
      for (const [id, version] of batch) if (versions.get(id) === version) versions.delete(id);
    },
  };
}
