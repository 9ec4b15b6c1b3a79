import { quantile } from "../support/load/closed-loop.ts";
import type { StepName } from "../support/load/steps.ts";
import { exponential, seeded } from "./random.ts";
import { demandOf, type Walk } from "./routes.ts";
import { createWalker } from "./simulated-sale.ts";
import { createSimulation, type Station } from "./simulator.ts";

/** What people do for each lock that is granted: an assumption, and the only one here that is not measured. */
export const mix: Readonly<Record<StepName, number>> = {
  SearchTickets: 10,
  GetTicket: 5,
  "CreateOrder, refused": 2,
  "CreateOrder, won": 1,
  StartPayment: 0.85,
  "confirm → COMPLETE": 0.75,
  // Lapses too: the same steps, begun by the clock.
  "CancelOrder → CANCELLED": 0.25,
};

/** No engine is to be busier than this: queues grow with 1 / (1 - utilisation). */
const TARGET = 0.6;
/** Two of everything, so that one can be lost. */
const LEAST = 2;
/** Machines that are not ours: those of clients, and Stripe. */
const OUTSIDE = ["load", "stripe"];

/** One engine of a system of a given size. */
export interface Sized {
  readonly engine: string;
  /** CPU milliseconds for each lock. */
  readonly demand: number;
  readonly cores: number;
  readonly utilisation: number;
}

export interface Size {
  readonly locksPerSecond: number;
  readonly engines: readonly Sized[];
  /** Milliseconds. */
  readonly createOrder: { p50: number; p95: number };
  readonly payment: { p50: number; p95: number };
}

type Walks = Readonly<Record<StepName, Walk>>;

/** CPU milliseconds that one lock costs each engine, with all that people do around it. */
export function demandPerLock(walks: Walks): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [name, times] of Object.entries(mix) as [StepName, number][]) {
    for (const [process, ms] of Object.entries(demandOf(walks[name]))) {
      if (!OUTSIDE.includes(process)) sum[process] = (sum[process] ?? 0) + times * ms;
    }
  }
  return sum;
}

/** Gives each engine the cores that it needs, then runs so many locks through that system. */
export function simulateSize(walks: Walks, locksPerSecond: number, locks: number): Size {
  const demand = demandPerLock(walks);
  const simulation = createSimulation();
  const random = seeded(locksPerSecond);
  const cores = (ms: number) => Math.max(LEAST, Math.ceil((ms * locksPerSecond) / 1000 / TARGET));
  const stations = new Map<string, Station>(
    Object.entries(demand).map(([engine, ms]) => [engine, simulation.station(engine, cores(ms))]),
  );
  const outside = simulation.station("outside", Number.POSITIVE_INFINITY);
  const { call } = createWalker(simulation, (process) => stations.get(process) ?? outside, random);
  const took: Record<StepName, number[]> = Object.fromEntries(
    Object.keys(mix).map((name) => [name, []]),
  ) as unknown as Record<StepName, number[]>;

  const names = Object.keys(mix) as StepName[];
  const perSecond = (name: StepName) => mix[name] * locksPerSecond;
  for (const name of names) {
    let left = Math.round(locks * mix[name]);
    const arrive = () => {
      const begun = simulation.now;
      call(walks[name], () => took[name].push(simulation.now - begun));
      if (--left > 0) simulation.after(exponential(random, 1000 / perSecond(name)), arrive);
    };
    simulation.after(exponential(random, 1000 / perSecond(name)), arrive);
  }
  // Measured while people come, not while the last ones are served.
  simulation.run((1000 * locks) / locksPerSecond);
  const reports = new Map(simulation.report().map((report) => [report.name, report]));
  const both = (name: StepName) => {
    const ascending = took[name].sort((a, b) => a - b);
    return { p50: quantile(ascending, 0.5), p95: quantile(ascending, 0.95) };
  };
  return {
    locksPerSecond,
    engines: Object.entries(demand).map(([engine, ms]) => ({
      ...{ engine, demand: ms, cores: cores(ms) },
      utilisation: reports.get(engine)?.utilisation ?? 0,
    })),
    createOrder: both("CreateOrder, won"),
    payment: both("confirm → COMPLETE"),
  };
}

/** Locks a second at which an engine with so many cores is busy all the time: X = c / D. */
export const ceiling = (demandMs: number, cores: number): number => (1000 * cores) / demandMs;
