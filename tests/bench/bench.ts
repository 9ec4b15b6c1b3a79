import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findServers } from "@ticketing/servers/find";
import { tellsCpuTime } from "../support/load/cpu-time.ts";
import type { Cost } from "../support/load/measure-cost.ts";
import type { TestMesh } from "../support/test-mesh.ts";
import { parseOptions } from "./bench-options.ts";
import { costTable, speedTable } from "./cost-table.ts";
import { describeRun, readResults, readRunBefore, writeResults } from "./results.ts";
import type { Row } from "./row.ts";
import { countingRows, rows } from "./rows.ts";
import { prepareBench, startBenchMesh, startCountingMesh } from "./start-bench.ts";
import { targetTable } from "./target-table.ts";
import { targets } from "./targets.ts";

/**
 * What each step of a sale costs on this machine, beside what it is to cost and what it did the time before.
 * `npm run bench -- locks sales` measures some rows alone, with fewer calls.
 */
const names = [...rows, ...countingRows].map(({ name }) => name);
const options = parseOptions(process.argv.slice(2), names);
const folder = await mkdtemp(join(tmpdir(), "ticketing-bench-"));
const callsFile = join(folder, "calls");
const begun = Date.now();
const seconds = () => ((Date.now() - begun) / 1000).toFixed(0);
const say = (text: string) => console.log(text);
const doing = (what: string) => console.error(`${seconds().padStart(4)} s  ${what}`);

let figures: Record<string, number> = {};
let costs: Record<string, Cost> = {};
const texts: string[] = [];
let running: TestMesh | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void running?.close().finally(() => process.exit(1)));
}
await findServers(say);
try {
  await measureOn(startBenchMesh, rows);
  await measureOn(() => startCountingMesh(callsFile), countingRows);
} finally {
  await rm(folder, { recursive: true, force: true });
}
await report();

/** Starts a mesh for those of the rows that were asked for, and measures them. */
async function measureOn(start: () => Promise<TestMesh>, rows: readonly Row[]): Promise<void> {
  const wanted = rows.filter(({ name }) => options.rows.includes(name));
  if (wanted.length === 0) return;
  doing("a mesh starts");
  running = await start();
  try {
    const bench = await prepareBench(running, options.share, callsFile);
    for (const row of wanted) {
      doing(row.name);
      const measured = await row.measure(bench);
      figures = { ...figures, ...measured.figures };
      costs = { ...costs, ...measured.costs };
      if (measured.text) texts.push(measured.text);
    }
  } finally {
    await running.close();
  }
}

async function report(): Promise<void> {
  const results = describeRun(figures, options.share);
  const { against, results: path } = options;
  const before = against ? await readResults(against) : await readRunBefore(path, figures);
  say(`${results.commit}, ${results.cores} × ${results.cpu}; the load is made on the same machine.`);
  if (before) say(`Changes since ${before.commit} of ${before.date}, ${before.cores} × ${before.cpu}.`);
  if (!tellsCpuTime) say("CPU time by process is read on Linux only and left out here.");
  const known = targets.filter(({ figure }) => figure in figures);
  if (known.length > 0) say(`\n${targetTable(known, figures, before?.figures)}`);
  const measured = Object.keys(costs).length > 0;
  if (measured && tellsCpuTime) say(`\n${costTable(costs)}`);
  for (const text of [...(measured ? [speedTable(costs)] : []), ...texts]) say(`\n${text}`);
  say(`\nTook ${seconds()} s; the figures are in ${await writeResults(path, results)}`);
}
