import { setTimeout as sleep } from "node:timers/promises";
import {
  average,
  between,
  type CpuTime,
  each,
  type Processes,
  readCpuTime,
  tellsCpuTime,
  total,
} from "./cpu-time.ts";

const WINDOW_MS = 500;
/** A mesh is quiet after so many windows in a row without work. */
const WINDOWS = 4;
/** A queue of a thousand orders takes half a minute on a quiet machine; others may be at work on this one. */
const LIMIT_MS = 240_000;

/** When a mesh counts as quiet: how much it may use, in CPU milliseconds a second. */
export interface Quiet {
  readonly limit: number;
}

/** What the mesh uses now, in CPU milliseconds a second, by process. */
export async function readUse(mesh: Processes, ms: number): Promise<CpuTime> {
  const [before, begun] = [readCpuTime(mesh), performance.now()];
  await sleep(ms);
  const seconds = (performance.now() - begun) / 1000;
  return each(between(before, readCpuTime(mesh)), (used) => used / seconds);
}

/** Half as much again as the quietest of four seconds of a mesh that nobody has called yet; starting takes a while. */
export async function learnQuiet(mesh: Processes): Promise<Quiet> {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; tellsCpuTime && n < 4; n++) least = Math.min(least, total(await readUse(mesh, 1_000)));
  return { limit: least * 1.5 + 60 };
}

/**
 * Waits until the mesh is done with all that calls left behind: events, projections, the queue of workflows. Returns
 * what it uses then, while nobody calls, in CPU milliseconds a second by process.
 */
export async function waitUntilIdle(mesh: Processes, { limit }: Quiet): Promise<CpuTime> {
  if (!tellsCpuTime) {
    await sleep(3_000);
    return {};
  }
  let quiet: CpuTime[] = [];
  for (const end = performance.now() + LIMIT_MS; performance.now() < end; ) {
    const use = await readUse(mesh, WINDOW_MS);
    quiet = total(use) < limit ? [...quiet, use] : [];
    if (quiet.length === WINDOWS) return average(quiet);
  }
  throw new Error(
    `the mesh was never quiet (${limit.toFixed(0)} CPU ms a second) within ${LIMIT_MS / 1000} s`,
  );
}
