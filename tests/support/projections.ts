import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Mesh } from "@ticketing/launcher/mesh";
import { replicaFolder } from "@ticketing/launcher/mesh-plan";

/** A listing as a replica of the catalog holds it. */
export interface ProjectedListing {
  id: string;
  version: number;
}

/** Where the replicas of the catalog keep what search knows. */
export const projectionFiles = ({ dataDir, services }: Pick<Mesh, "dataDir" | "services">): string[] =>
  Object.keys(services)
    .filter((name) => /^catalog(-\d+)?$/.test(name))
    .map((name) => join(replicaFolder(dataDir, name), "search.db"));

/** The listings of each replica, by id, read past its process. */
export function readProjections(mesh: Pick<Mesh, "dataDir" | "services">): Map<string, ProjectedListing>[] {
  return projectionFiles(mesh).map((file) => {
    if (!existsSync(file)) return new Map();
    const db = new DatabaseSync(file, { readOnly: true });
    const rows = db.prepare("SELECT * FROM listings").all() as unknown as ProjectedListing[];
    db.close();
    return new Map(rows.map((row) => [row.id, row]));
  });
}
