import { quantile } from "../support/load/closed-loop.ts";
import { total } from "../support/load/cpu-time.ts";
import type { Cost } from "../support/load/measure-cost.ts";
import { table } from "../support/load/table.ts";

type Costs = Readonly<Record<string, Cost>>;

const ENGINES = ["temporal", "workflows"];

/** CPU milliseconds a call; processes as columns, but for those that no step needs a hundredth of one of. */
export function costTable(costs: Costs): string {
  const all = Object.values(costs);
  const processes = [...new Set(all.flatMap(({ cpu }) => Object.keys(cpu)))].filter(
    (name) => name !== "load" && all.some(({ cpu }) => (cpu[name] ?? 0) >= 0.01),
  );
  const cell = (value = 0) => (value < 0.01 ? "·" : value.toFixed(2));
  const rows = Object.entries(costs).map(([name, { cpu }]) => [
    name,
    ...processes.map((process) => cell(cpu[process])),
    cell(total(cpu)),
    cell(ENGINES.reduce((sum, engine) => sum + (cpu[engine] ?? 0), 0)),
    cell(cpu.load),
  ]);
  return table([["CPU ms a call", ...processes, "all", "Temporal + worker", "(load)"], ...rows]);
}

/** How fast calls were answered, and what the machine gave meanwhile. */
export function speedTable(costs: Costs): string {
  const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0);
  const rows = Object.entries(costs).map(([name, { loop, sustained, cores }]) => [
    name,
    `${loop.calls}`,
    loop.perSecond.toFixed(0),
    sustained.toFixed(0),
    ms(quantile(loop.latencies, 0.5)),
    ms(quantile(loop.latencies, 0.95)),
    cores.toFixed(2),
  ]);
  return table([["calls", "made", "/s", "/s to the end", "p50 ms", "p95 ms", "cores busy"], ...rows]);
}
