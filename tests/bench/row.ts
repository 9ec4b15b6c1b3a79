import type { Person } from "../support/clients.ts";
import { type CpuTime, total } from "../support/load/cpu-time.ts";
import type { Cost } from "../support/load/measure-cost.ts";
import type { Quiet } from "../support/load/quiet.ts";
import type { Supply } from "../support/load/supply.ts";
import type { TestMesh } from "../support/test-mesh.ts";

/** Measured numbers by name, such as `lock.cpu_ms`. The names are those of the results file. */
export type Figures = Readonly<Record<string, number>>;

/** What the rows measure with. */
export interface Bench {
  readonly mesh: TestMesh;
  readonly quiet: Quiet;
  readonly seller: Person;
  readonly buyers: readonly Person[];
  readonly supply: Supply;
  /** The share of the full number of calls that is made: 1, or less where only some rows were asked for. */
  readonly share: number;
  /** Names each call of the database and of Stripe, on a mesh that counts them. */
  readonly callsFile: string;
}

/** A group of figures that can be measured by its name: `npm run bench -- locks`. */
export interface Row {
  readonly name: string;
  measure(bench: Bench): Promise<Measured>;
}

export interface Measured {
  readonly figures: Figures;
  /** Steps whose cost is shown process by process. */
  readonly costs?: Readonly<Record<string, Cost>>;
  /** Anything else that is worth reading. */
  readonly text?: string;
}

/** A number of calls for this run, at least ten. */
export const amount = ({ share }: Bench, full: number): number => Math.max(10, Math.round(full * share));

/** A step's cost as figures: all of it, and each process's part. */
export function costFigures(step: string, cpu: CpuTime): Figures {
  const parts = Object.entries(cpu).map(([name, ms]) => [`${step}.cpu_ms.${name}`, ms] as const);
  return { [`${step}.cpu_ms`]: total(cpu), ...Object.fromEntries(parts) };
}
