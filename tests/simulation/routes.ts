import type { CpuTime } from "../support/load/cpu-time.ts";
import type { StepCost } from "../support/load/measure-step.ts";
import type { StepName } from "../support/load/steps.ts";

/** Which processes a call goes through: while its caller waits, and afterwards, in chains beside each other. */
export interface Route {
  readonly waited: readonly string[];
  readonly after: readonly (readonly string[])[];
}

const list = (text: string) => text.split(" ");
const projection = list("mongo nats catalog mongo");

/** From the code: who calls whom in each step. A process's demand is divided evenly over its visits. */
export const routes: Readonly<Record<StepName, Route>> = {
  SearchTickets: { waited: list("load envoy catalog mongo catalog envoy load"), after: [] },
  GetTicket: { waited: list("load envoy tickets mongo tickets envoy load"), after: [] },
  "CreateOrder, refused": {
    waited: list("load envoy orders mongo orders tickets mongo tickets orders envoy load"),
    after: [],
  },
  "CreateOrder, won": {
    waited: list(
      "load envoy orders mongo orders tickets mongo tickets mongo tickets mongo tickets orders mongo orders envoy load",
    ),
    after: [
      ["tickets", ...projection, "tickets"],
      list(
        "orders mongo nats orders mongo workflows temporal workflows orders mongo payments mongo workflows temporal",
      ),
      ["orders", ...projection],
    ],
  },
  StartPayment: {
    waited: list(
      "load envoy payments orders mongo payments mongo payments stripe payments mongo payments envoy load",
    ),
    after: [["payments", ...projection, "payments"]],
  },
  "confirm → COMPLETE": {
    waited: list(
      "load stripe envoy payments mongo stripe payments mongo payments nats workflows temporal workflows orders mongo " +
        "payments mongo workflows tickets mongo workflows payments mongo stripe payments mongo workflows orders mongo " +
        "orders nats orders mongo envoy load",
    ),
    after: [
      ["tickets", ...projection, "tickets"],
      ["payments", ...projection, "stripe", "envoy", "payments"],
      ["orders", ...projection],
      list("workflows temporal"),
    ],
  },
  "CancelOrder → CANCELLED": {
    waited: list(
      "load envoy orders mongo orders envoy load nats workflows temporal workflows orders mongo payments mongo stripe " +
        "payments mongo workflows tickets mongo workflows orders mongo orders nats orders mongo envoy load",
    ),
    after: [
      ["tickets", ...projection, "tickets"],
      ["payments", ...projection, "payments"],
      ["orders", ...projection],
      list("workflows temporal"),
    ],
  },
};

/** One visit of a call: so much work at a process on average, then a wait that nobody can use. */
export interface Visit {
  readonly process: string;
  readonly work: number;
  readonly wait: number;
}

/** A step as the simulator walks it. */
export interface Walk {
  readonly waited: readonly Visit[];
  readonly after: readonly (readonly Visit[])[];
}

/** Those that wait for a disk or for a network of their own. */
const engines = ["mongo", "nats", "temporal"];

/**
 * A step's measured demands laid over its route. What it took alone beyond its work is waiting (for the disk), laid
 * evenly over its visits of engines. Work of processes that the route does not name is done afterwards. `speed` is below
 * 1 where a call that is alone does not get a whole core.
 */
export function walkOf({ name, demand = {}, alone }: StepCost, speed = 1): Walk {
  const { waited, after } = routes[name];
  const visits = [...waited, ...after.flat()];
  const share = (process: string) =>
    (demand[process] ?? 0) / visits.filter((each) => each === process).length;
  const work = waited.reduce((sum, process) => sum + share(process), 0);
  const stops = waited.filter((process) => engines.includes(process)).length;
  const wait = Math.max(0, alone.p50 - work / speed) / Math.max(1, stops);
  const at = (process: string): Visit => ({
    process,
    work: share(process),
    wait: engines.includes(process) ? wait : 0,
  });
  const rest = Object.entries(demand)
    .filter(([process, ms]) => ms > 0 && !visits.includes(process))
    .map(([process, ms]) => ({ process, work: ms, wait: 0 }));
  return {
    waited: waited.map(at),
    after: [...after.map((chain) => chain.map(at)), ...rest.map((visit) => [visit])],
  };
}

/** The work of a walk by process, in CPU milliseconds: what was measured. */
export function demandOf({ waited, after }: Walk): CpuTime {
  const sum: Record<string, number> = {};
  for (const { process, work } of [...waited, ...after.flat()]) sum[process] = (sum[process] ?? 0) + work;
  return sum;
}
