import { cpus } from "node:os";
import { findServers } from "@ticketing/servers/find";
import { tellsCpuTime, total } from "../support/load/cpu-time.ts";
import { createCrowd } from "../support/load/crowd.ts";
import { measureStep, type StepCost } from "../support/load/measure-step.ts";
import { learnQuiet, type Quiet, waitUntilIdle } from "../support/load/quiet.ts";
import { createSteps, type StepName } from "../support/load/steps.ts";
import { createSupply } from "../support/load/supply.ts";
import { table } from "../support/load/table.ts";
import { newListing } from "../support/stories.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import type { Sale } from "./buyer.ts";
import { ceiling, demandPerLock, mix, simulateSize } from "./growth.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { holdSale } from "./real-sale.ts";
import { type Walk, walkOf } from "./routes.ts";
import { simulateSale } from "./simulated-sale.ts";

/**
 * Measures what each step costs, holds a flash sale on a real mesh, predicts the same sale by simulation, and shows
 * both. Only a prediction within a factor of two is used for systems of other sizes; otherwise this fails.
 */
const sale: Sale = {
  ...{ seed: 20_300_101, buyers: 150, tickets: 60, arriveWithin: 4_000, lockDuration: 900_000 },
  ...{ cancelShare: 0.1, lapseShare: 0.05 },
};
const FACTOR = 2;
const begun = Date.now();
const doing = (what: string) =>
  console.error(`${((Date.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${what}`);

if (!tellsCpuTime) {
  console.log(
    "The CPU time of other processes is read from /proc, on Linux only: nothing can be calibrated here.",
  );
  process.exit(0);
}
await findServers((message) => console.log(message));
const mesh = await startTestMesh({
  ...{
    LOCK_DURATION: `${sale.lockDuration}ms`,
    LOCK_LIMIT: "10000",
    LAPSE_LIMIT: "10000",
    RELOCK_WAIT: "0s",
    ADDRESS_RATE: "100000",
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void mesh.close().finally(() => process.exit(1)));
}
try {
  const quiet = await learnQuiet(mesh);
  const { walks, cores } = await calibrate(mesh, quiet);
  const real = outcomeOf(await realSale(mesh, quiet));
  doing("simulating it");
  const simulated = outcomeOf(simulateSale(sale, { cores, walks }));
  const wrong = showBoth(real, simulated);
  if (wrong.length > 0) {
    console.log(
      `\nNot within a factor of ${FACTOR}: ${wrong.join("; ")}. Larger systems are not predicted from this.`,
    );
    process.exitCode = 1;
  } else showGrowth(walks);
} finally {
  await mesh.close();
}

interface Calibration {
  readonly walks: Record<StepName, Walk>;
  /** How many the machine gave at most, less what the mesh uses anyway: others may be at work here. */
  readonly cores: number;
}

async function calibrate(mesh: TestMesh, quiet: Quiet): Promise<Calibration> {
  doing("listing tickets to measure with");
  const [seller, ...buyers] = await createCrowd(mesh, 120);
  if (!seller) throw new Error("nobody came");
  const tickets = await createSupply(seller, buyers).tickets(700);
  const idle = await waitUntilIdle(mesh, quiet);
  const costs: StepCost[] = [];
  for (const step of createSteps(mesh, buyers, tickets)) {
    doing(`measuring ${step.name}`);
    costs.push(await measureStep(mesh, quiet, step, { inFlight: 16, aloneMs: 1_000, loadedMs: 2_000 }));
  }
  await waitUntilIdle(mesh, quiet);
  const cores = Math.max(...costs.map((cost) => cost.cores)) - total(idle) / 1000;
  console.log(`${cpus().length} cores, of which ${cores.toFixed(2)} were to be had.`);
  const walks = Object.fromEntries(costs.map((cost) => [cost.name, walkOf(cost, Math.min(1, cores))]));
  return { walks: walks as Record<StepName, Walk>, cores };
}

async function realSale(mesh: TestMesh, quiet: Quiet) {
  doing("holding a real sale");
  const [seller, ...people] = await createCrowd(mesh, sale.buyers + 1);
  if (!seller) throw new Error("nobody came");
  const title = "Flashpoint Finale";
  const tickets = await Promise.all(
    Array.from({ length: sale.tickets }, async () => {
      const { ticket } = await seller.tickets.createTicket(newListing(title));
      if (!ticket) throw new Error("no ticket was listed");
      return ticket;
    }),
  );
  await waitUntilIdle(mesh, quiet);
  return holdSale(mesh, sale, people, tickets, title);
}

/** Prints both, and returns the main figures that are too far apart. */
function showBoth(real: readonly Outcome[], simulated: readonly Outcome[]): string[] {
  const number = (value: number) => value.toFixed(Math.abs(value) < 10 ? 1 : 0);
  const rows = real.map(({ figure, value, main }, index) => {
    const predicted = simulated[index]?.value ?? Number.NaN;
    const ratio = predicted / value;
    return {
      figure,
      main,
      ratio,
      cells: [number(value), number(predicted), ratio.toFixed(2), main ? "main" : ""],
    };
  });
  console.log(
    `\nA sale of ${sale.tickets} tickets to ${sale.buyers} buyers who come within ${sale.arriveWithin / 1000} s\n${table(
      [
        ["", "real", "simulated", "simulated / real", ""],
        ...rows.map(({ figure, cells }) => [figure, ...cells]),
      ],
    )}`,
  );
  return rows
    .filter(({ main, ratio }) => main && !(ratio < FACTOR && ratio > 1 / FACTOR))
    .map(({ figure }) => figure);
}

function showGrowth(walks: Record<StepName, Walk>): void {
  doing("simulating larger systems");
  const sizes = [1, 100, 10_000].map((rate) => simulateSize(walks, rate, Math.max(3_000, rate)));
  const demand = demandPerLock(walks);
  const share = (value: number) => `${(100 * value).toFixed(0)} %`;
  const rows = Object.entries(demand).map(([engine, ms]) => [
    engine,
    ms.toFixed(1),
    ceiling(ms, 1).toFixed(0),
    ...sizes.flatMap(({ engines }) => {
      const sized = engines.find((each) => each.engine === engine);
      return [`${sized?.cores}`, share(sized?.utilisation ?? 0)];
    }),
  ]);
  const asked = Object.entries(mix).map(([name, times]) => `${times} × ${name}`);
  console.log(
    `\nLarger systems, with ${asked.join(", ")} for each lock: cores for at most 60 % and how busy they are\n${table(
      [
        [
          "engine",
          "CPU ms a lock",
          "locks/s a core",
          ...sizes.flatMap(({ locksPerSecond }) => [`${locksPerSecond}/s`, "busy"]),
        ],
        ...rows,
      ],
    )}`,
  );
  for (const { locksPerSecond, createOrder, payment } of sizes) {
    const times = (of: { p50: number; p95: number }) =>
      `p50 ${of.p50.toFixed(0)} ms, p95 ${of.p95.toFixed(0)} ms`;
    console.log(
      `${locksPerSecond} locks/s: CreateOrder ${times(createOrder)}; confirm → COMPLETE ${times(payment)}`,
    );
  }
}
