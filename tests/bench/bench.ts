import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findServers } from "@ticketing/servers/find";
import { stories } from "../faults/stories.ts";
import { startTestMesh, type TestMesh } from "../test-mesh.ts";
import { closedLoop } from "./closed-loop.ts";
import { readQuiet, settle, tellsCpuTime } from "./cpu-time.ts";
import { createCrowd } from "./crowd.ts";
import { measureEngines } from "./engines.ts";
import { readBefore, readLeftBehind } from "./left-behind.ts";
import { measureStep, type StepCost } from "./measure-step.ts";
import { compareDoors, compareLocks, compareReplicas, compareSearch, compareServers } from "./ratios.ts";
import { measureReconciliation } from "./reconciling.ts";
import { comparisonLines, demandTable, engineTable, leftBehindLines, stepTable } from "./report.ts";
import { createSteps, stock } from "./steps.ts";

/**
 * What each step of a sale costs on this machine, alone and at saturation, and what one way costs in proportion to
 * another. Absolute numbers are of this machine; ratios are measured in turn, in one run.
 */
const IN_FLIGHT = 32;
const TICKETS = 1_300;
const settings = {
  LOCK_LIMIT: "10000",
  LAPSE_LIMIT: "10000",
  RELOCK_WAIT: "0s",
  ADDRESS_RATE: "100000",
  RECONCILE_GRACE: "1s",
};
const folder = await mkdtemp(join(tmpdir(), "ticketing-bench-"));
const callsFile = join(folder, "calls");
const begun = Date.now();
const say = (text: string) => console.log(text);
const doing = (what: string) =>
  console.error(`${((Date.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${what}`);

await findServers(say);
let mesh: TestMesh | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void mesh?.close().finally(() => process.exit(1)));
}
try {
  const [cpu] = cpus();
  say(`${cpus().length} × ${cpu?.model ?? "unknown"}; the load is made on the same machine.\n`);
  if (!tellsCpuTime) say("CPU time by process is read on Linux only and left out here.\n");
  mesh = await startTestMesh(settings);
  await measureSteps(mesh);
  await mesh.close();

  doing("a mesh with two replicas");
  const preload = pathToFileURL(join(import.meta.dirname, "count-calls.ts"));
  preload.searchParams.set("file", callsFile);
  mesh = await startTestMesh(settings, { replicas: 2, preload: preload.href });
  await measureTwo(mesh);
} finally {
  await mesh?.close();
  await rm(folder, { recursive: true, force: true });
}
say(`Took ${((Date.now() - begun) / 1000).toFixed(0)} s.`);

async function measureSteps(mesh: TestMesh): Promise<void> {
  const idle = tellsCpuTime ? await readQuiet(mesh) : {};
  doing("listing tickets");
  const people = await createCrowd(mesh, 120);
  const [seller, ...buyers] = people;
  if (!seller) throw new Error("nobody came");
  const tickets = await stock([seller], TICKETS);
  const forSale = tickets.splice(0, 250);
  const [locked, seen] = [forSale.pop(), forSale.pop()];
  if (!locked || !seen) throw new Error("no ticket was listed");
  await settle(mesh, idle);

  const costs: StepCost[] = [];
  for (const step of createSteps(mesh, buyers, tickets)) {
    doing(step.name);
    await closedLoop(() => step.call(), {
      inFlight: 4,
      ms: 300,
      limit: Math.min(20, Math.floor(step.left() / 10)),
    });
    costs.push(await measureStep(mesh, step, { inFlight: IN_FLIGHT, aloneMs: 1_500, loadedMs: 3_000, idle }));
  }
  say(`${stepTable(costs, IN_FLIGHT)}\n`);
  if (tellsCpuTime) say(`${demandTable(costs, idle)}\n`);

  doing("ratios");
  await buyers[0]?.orders.createOrder({
    requestId: locked.id,
    ticketId: locked.id,
    expectedPrice: locked.price,
  });
  say(
    `${comparisonLines([
      ...(await compareDoors(mesh, seller, seen)),
      await compareLocks(buyers.slice(1), locked, forSale),
      await compareServers(mesh),
      await compareSearch(mesh),
    ])}\n`,
  );
  doing("engines alone");
  say(`${engineTable(await measureEngines(mesh))}\n`);
  doing("reconciliation");
  await settle(mesh, idle);
  const { records, seconds } = await measureReconciliation(mesh);
  say(
    `Reconciliation compared ${records} records in ${seconds.toFixed(1)} s: ${(records / seconds).toFixed(0)}/s.\n`,
  );
}

async function measureTwo(mesh: TestMesh): Promise<void> {
  const idle = tellsCpuTime ? await readQuiet(mesh) : {};
  const [seller, buyer] = await createCrowd(mesh, 2);
  if (!seller || !buyer) throw new Error("nobody came");
  const [ticket] = await stock([seller], 1);
  if (!ticket) throw new Error("no ticket was listed");
  say(`${comparisonLines([await compareReplicas(mesh, seller, ticket)])}\n`);

  doing("what an order leaves behind");
  await settle(mesh, idle);
  const before = await readBefore(mesh, callsFile);
  const bought: string[] = [];
  for (let n = 0; n < 20; n++) bought.push((await stories.purchase(mesh, seller, buyer)).order.id);
  await settle(mesh, idle);
  const left = leftBehindLines(await readLeftBehind(mesh, before, bought, callsFile));
  say(`A ticket listed, locked, paid and sold leaves behind\n${left}\n`);
}
