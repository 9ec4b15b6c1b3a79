import type { TestMesh } from "../test-mesh.ts";
import { closedLoop, quantile } from "./closed-loop.ts";
import { between, type CpuTime, readCpuTime, settle, tellsCpuTime, total } from "./cpu-time.ts";
import type { Step, StepName } from "./steps.ts";

/** What a step costs. Times are in milliseconds. */
export interface StepCost {
  readonly name: StepName;
  /** At saturation. */
  readonly perSecond: number;
  readonly alone: { p50: number; p95: number };
  readonly loaded: { p50: number; p95: number };
  /**
   * CPU milliseconds a call by process, of everything that the call causes, less what the mesh uses anyway: the service
   * demand D = U / X of queueing theory. Absent where the machine does not tell.
   */
  readonly demand?: CpuTime;
  /** How many cores the mesh and the load used together at saturation: what the machine has to give, at most. */
  readonly cores?: number;
}

export interface StepLoad {
  /** At saturation. */
  readonly inFlight: number;
  readonly aloneMs: number;
  readonly loadedMs: number;
  /** What the mesh uses anyway, in CPU milliseconds a second. */
  readonly idle: CpuTime;
}

/** Calls a step alone, then with many in flight, and waits for what it left behind before its cost is read. */
export async function measureStep(mesh: TestMesh, step: Step, load: StepLoad): Promise<StepCost> {
  const call = () => step.call();
  // A third of what is left for the quiet part; the loaded one needs the rest.
  const few = Math.max(1, Math.floor(step.left() / 3));
  const alone = await closedLoop(call, { inFlight: 1, ms: load.aloneMs, limit: few });
  await settle(mesh, load.idle);
  const [before, begun] = [tellsCpuTime ? readCpuTime(mesh) : {}, performance.now()];
  const loaded = await closedLoop(call, {
    inFlight: load.inFlight,
    ms: load.loadedMs,
    // Each lane may have begun another one when the last is taken.
    limit: Math.max(1, step.left()),
  });
  const atOnce = tellsCpuTime ? total(between(before, readCpuTime(mesh))) / 1000 : 0;
  await settle(mesh, load.idle);
  const used = tellsCpuTime ? between(before, readCpuTime(mesh)) : {};
  const seconds = (performance.now() - begun) / 1000;
  const both = (latencies: readonly number[]) => ({
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
  });
  const demand = Object.fromEntries(
    Object.entries(used).map(([name, ms]) => [
      name,
      Math.max(0, (ms - (load.idle[name] ?? 0) * seconds) / loaded.calls),
    ]),
  );
  return {
    name: step.name,
    perSecond: loaded.perSecond,
    alone: both(alone.latencies),
    loaded: both(loaded.latencies),
    ...(tellsCpuTime && { demand, cores: atOnce / loaded.seconds }),
  };
}
