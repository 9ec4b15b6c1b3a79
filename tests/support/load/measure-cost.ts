import { closedLoop, type LoopResult } from "./closed-loop.ts";
import {
  average,
  between,
  type CpuTime,
  each,
  type Processes,
  readCpuTime,
  tellsCpuTime,
} from "./cpu-time.ts";
import { type Quiet, readUse, waitUntilIdle } from "./quiet.ts";

/** What a call costs when many are made. */
export interface Cost {
  readonly loop: LoopResult;
  /** Calls a second until the last thing that they caused was done: what can be sustained. */
  readonly sustained: number;
  /**
   * CPU milliseconds a call by process, of everything that the calls cause, less what the mesh uses anyway: the service
   * demand D = U / X of queueing theory. Empty where the machine does not tell.
   */
  readonly cpu: CpuTime;
  /** How many cores the mesh and the load used together while calls were made: what the machine gave. */
  readonly cores: number;
}

export interface Amount {
  readonly inFlight: number;
  /** Calls that are measured, and those before them that are not. */
  readonly calls: number;
  readonly warmUp: number;
  /** Ends earlier after so many milliseconds. */
  readonly ms?: number;
}

/** No loop lasts longer, however slow the machine is. */
const LOOP_MS = 180_000;

/**
 * Makes the calls on a mesh that is warm and quiet, and reads the cost when it is quiet again. What it uses anyway is
 * read before and after.
 */
export async function measureCost(
  mesh: Processes,
  quiet: Quiet,
  call: (n: number) => Promise<void>,
  { inFlight, calls, warmUp, ms = LOOP_MS }: Amount,
): Promise<Cost> {
  if (warmUp > 0) await closedLoop(call, { inFlight, ms: LOOP_MS, limit: warmUp });
  return measureWork(mesh, quiet, () => closedLoop((n) => call(warmUp + n), { inFlight, ms, limit: calls }));
}

/**
 * As {@link measureCost}, of work on a warm mesh that is no loop of calls; it says how many things it did. Where that is
 * little in a second, `idleMs` says how long the quiet mesh is read, before and after: otherwise what two seconds do not
 * show of its own work counts as that of the few things.
 */
export async function measureWork(
  mesh: Processes,
  quiet: Quiet,
  work: () => Promise<LoopResult>,
  idleMs = 0,
): Promise<Cost> {
  const readIdle = async (seen: CpuTime) => (idleMs > 0 && tellsCpuTime ? readUse(mesh, idleMs) : seen);
  const idleBefore = await readIdle(await waitUntilIdle(mesh, quiet));

  const [before, begun] = [read(mesh), performance.now()];
  const loop = await work();
  const meanwhile = between(before, read(mesh));
  const quietAfter = await waitUntilIdle(mesh, quiet);
  const [used, busyMs] = [between(before, read(mesh)), performance.now() - begun];
  const idleAfter = await readIdle(quietAfter);

  const idle = average([idleBefore, idleAfter]);
  const all = Object.values(meanwhile).reduce((sum, ms) => sum + ms, 0);
  return {
    loop,
    sustained: loop.calls / (busyMs / 1000),
    cpu: costOfEach(used, idle, busyMs / 1000, loop.calls),
    cores: all / 1000 / loop.seconds,
  };
}

/** CPU milliseconds a call: what was used, less what so many seconds without a call would have used. */
export const costOfEach = (used: CpuTime, idle: CpuTime, seconds: number, calls: number): CpuTime =>
  each(used, (ms, name) => (ms - (idle[name] ?? 0) * seconds) / calls);

const read = (mesh: Processes): CpuTime => (tellsCpuTime ? readCpuTime(mesh) : {});
