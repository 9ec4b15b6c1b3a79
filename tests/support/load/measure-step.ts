import type { TestMesh } from "../test-mesh.ts";
import { closedLoop, quantile } from "./closed-loop.ts";
import { type CpuTime, each } from "./cpu-time.ts";
import { measureCost } from "./measure-cost.ts";
import type { Quiet } from "./quiet.ts";
import type { Step, StepName } from "./steps.ts";

/** What a step costs. Times are in milliseconds. */
export interface StepCost {
  readonly name: StepName;
  readonly alone: { p50: number; p95: number };
  /** CPU milliseconds a call by process. */
  readonly demand: CpuTime;
  /** How many cores the mesh and the load used together at saturation: what the machine has to give, at most. */
  readonly cores: number;
}

export interface StepLoad {
  /** At saturation. */
  readonly inFlight: number;
  readonly aloneMs: number;
  readonly loadedMs: number;
}

/** Calls a step alone, then with many in flight. */
export async function measureStep(
  mesh: TestMesh,
  quiet: Quiet,
  step: Step,
  { inFlight, aloneMs, loadedMs }: StepLoad,
): Promise<StepCost> {
  const call = () => step.call();
  const warmUp = Math.min(20, Math.floor(step.left() / 10));
  await closedLoop(call, { inFlight: 4, ms: 300, limit: warmUp });
  // A third of what is left for the quiet part; the loaded one needs the rest.
  const few = Math.max(1, Math.floor(step.left() / 3));
  const alone = await closedLoop(call, { inFlight: 1, ms: aloneMs, limit: few });
  const { cpu, cores } = await measureCost(mesh, quiet, call, {
    ...{ inFlight, ms: loadedMs, warmUp: 0 },
    calls: Math.max(1, step.left()),
  });
  const { latencies } = alone;
  return {
    name: step.name,
    alone: { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
    demand: each(cpu, (ms) => Math.max(0, ms)),
    cores,
  };
}
