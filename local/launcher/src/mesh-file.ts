import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where the parts of a running mesh are; `<data-dir>/mesh.json` holds this. */
export interface MeshFile {
  readonly addresses: MeshAddresses;
  /** Process ids by name; `launcher` is the one that owns the others. */
  readonly processes: Readonly<Record<string, number>>;
  /** host:port of each process of a service, for tools on this machine; clients use the gateway. */
  readonly services: Readonly<Record<string, { public?: string; internal: string }>>;
  readonly signIns: readonly SignIn[];
  readonly logs: string;
  readonly settings: Readonly<Record<string, string>>;
}

export interface MeshAddresses {
  /** Origin of the gateway, which serves every public API: `http://localhost:8080`. */
  readonly gateway: string;
  readonly gatewayAdmin: string;
  readonly web?: string;
  /** Base URL of Stripe's API as clients see it: the double's, or Stripe's own. */
  readonly stripe: string;
  /** host:port */
  readonly temporal: string;
  readonly temporalUi: string;
  /** With the login of the broker's user `operator`, who may do everything. */
  readonly nats: string;
  readonly mongo: string;
}

export interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
}

const pathIn = (dataDir: string) => join(dataDir, "mesh.json");

/** Replaces the file in one step; readers never meet half of it. */
export async function writeMeshFile(dataDir: string, mesh: MeshFile): Promise<void> {
  const draft = `${pathIn(dataDir)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(mesh, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, pathIn(dataDir));
}

export async function removeMeshFile(dataDir: string): Promise<void> {
  await rm(pathIn(dataDir), { force: true });
}

/** The mesh that runs in this data directory, if its launcher is alive. */
export async function readMeshFile(dataDir: string): Promise<MeshFile | undefined> {
  const text = await readFile(pathIn(dataDir), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const mesh = JSON.parse(text) as MeshFile;
  return isAlive(mesh.processes.launcher) ? mesh : undefined;
}

/** Whether a process with this id exists. */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
