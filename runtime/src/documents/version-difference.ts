import type { Db } from "mongodb";

/** Versions of documents by their ids. */
export type Versions = ReadonlyMap<string, number>;

/** The versions of all documents of a collection. */
export async function readVersions(db: Db, collection: string): Promise<Versions> {
  const rows = db
    .collection<{ _id: string; version: number }>(collection)
    .find({}, { projection: { version: 1 } });
  return new Map((await rows.toArray()).map(({ _id, version }) => [_id, version]));
}

/** How a read model differs from the documents that it follows. */
export function versionDifference(truth: Versions, shown: Versions): { equal: boolean; text: string } {
  const missing = [...truth.keys()].filter((id) => !shown.has(id)).length;
  const unknown = [...shown.keys()].filter((id) => !truth.has(id)).length;
  const behind = [...truth].filter(([id, version]) => shown.has(id) && shown.get(id) !== version).length;
  return {
    equal: missing + unknown + behind === 0,
    text: `${truth.size} documents; in the read model ${missing} are missing, ${behind} at another version, ${unknown} unknown`,
  };
}
