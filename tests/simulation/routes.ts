import type { CpuTime } from "../support/load/cpu-time.ts";
import type { StepCost } from "../support/load/measure-step.ts";
import type { StepName } from "../support/load/steps.ts";

/** Which processes a call goes through: while its caller waits, and afterwards, in chains beside each other. */
export interface Route {
  readonly waited: readonly string[];
  readonly after: readonly (readonly string[])[];
}

const list = (text: string) => text.split(" ");
/** An event that a service publishes from memory, the read model that follows it, and the mark in the document. */
const told = (service: string) => list(`${service} nats catalog mongo ${service} mongo`);

/** The processes that each step visits in the code. A process's demand is divided evenly over its visits. */
export const routes: Readonly<Record<StepName, Route>> = {
  SearchTickets: { waited: list("load envoy catalog mongo catalog envoy load"), after: [] },
  GetTicket: { waited: list("load envoy tickets mongo tickets envoy load"), after: [] },
  "CreateOrder, refused": {
    waited: list("load envoy orders mongo orders tickets mongo tickets orders envoy load"),
    after: [],
  },
  // Look for the order; read the ticket, read and write the buyer's slots, write the ticket; write the order. The
  // lifecycle is started with a delay, and whether payments answers is asked once a second for all.
  "CreateOrder, won": {
    waited: list(
      "load envoy orders mongo orders tickets mongo tickets mongo tickets mongo tickets mongo tickets orders mongo " +
        "orders envoy load",
    ),
    after: [told("tickets"), [...told("orders"), ...list("workflows payments mongo workflows temporal")]],
  },
  // Read the order; look for the payment and the buyer's declines; the PaymentIntent; write both at once.
  StartPayment: {
    waited: list(
      "load envoy payments orders mongo orders payments mongo payments mongo payments stripe payments mongo payments " +
        "envoy load",
    ),
    after: [told("payments")],
  },
  // The message of the authorisation: find the payment, note, fetch, note. The signal: read order and payment, decide;
  // sell the ticket; capture: read, take, note; complete the order, which its view reads.
  "confirm → COMPLETE": {
    waited: list(
      "load stripe envoy payments mongo payments stripe payments mongo payments nats workflows temporal workflows " +
        "orders mongo payments mongo workflows tickets mongo tickets mongo tickets workflows " +
        "payments mongo payments stripe payments mongo payments workflows orders mongo orders mongo orders nats " +
        "orders mongo orders envoy load",
    ),
    after: [
      told("tickets"),
      told("payments"),
      told("orders"),
      // The message of the capture says only what is known, and the event of it wakes nobody.
      list("stripe envoy payments mongo payments nats workflows"),
      list("workflows temporal"),
    ],
  },
  // Note the wish, which starts the lifecycle: read order and payment; a payment that never began is written as void
  // after a look at the order; unlock: read the ticket, count, write it; cancel the order, which its view reads.
  "CancelOrder → CANCELLED": {
    waited: list(
      "load envoy orders mongo orders mongo orders envoy load nats workflows temporal workflows orders mongo " +
        "payments mongo workflows payments mongo payments orders mongo orders payments mongo payments workflows " +
        "tickets mongo tickets mongo tickets mongo tickets mongo tickets workflows orders mongo orders mongo orders " +
        "nats orders mongo orders envoy load",
    ),
    after: [
      told("tickets"),
      [...told("payments"), "workflows"],
      [...told("orders"), "workflows"],
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
