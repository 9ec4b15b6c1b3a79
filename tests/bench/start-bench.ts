import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createCrowd } from "../support/load/crowd.ts";
import { learnQuiet } from "../support/load/quiet.ts";
import { createSupply } from "../support/load/supply.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import type { Bench } from "./row.ts";

/** No limit of a person's is met, no lock lapses, and reconciliation does not run while something is measured. */
const settings = {
  LOCK_DURATION: "12h",
  LOCK_LIMIT: "100000",
  LAPSE_LIMIT: "100000",
  RELOCK_WAIT: "0s",
  ADDRESS_RATE: "1000000",
  RECONCILE_EVERY: "12h",
  RECONCILE_FULL_EVERY: "365d",
  RECONCILE_GRACE: "1s",
};
const BUYERS = 200;

/** A mesh to measure on. */
export const startBenchMesh = (): Promise<TestMesh> => startTestMesh(settings);

/** A mesh of two replicas each that notes its calls of the database and of Stripe in the file. */
export function startCountingMesh(callsFile: string): Promise<TestMesh> {
  const preload = pathToFileURL(join(import.meta.dirname, "count-calls.ts"));
  preload.searchParams.set("file", callsFile);
  return startTestMesh(settings, { replicas: 2, preload: preload.href });
}

/** People and their supply on a mesh that is quiet. */
export async function prepareBench(mesh: TestMesh, share: number, callsFile: string): Promise<Bench> {
  const quiet = await learnQuiet(mesh);
  const [seller, ...buyers] = await createCrowd(mesh, BUYERS + 1);
  if (!seller) throw new Error("nobody came");
  return { mesh, quiet, seller, buyers, supply: createSupply(seller, buyers), share, callsFile };
}
