import { describe, expect, it } from "@jest/globals";
import { stayOfMM1, stayOfMMc } from "./queueing.ts";
import { exponential, seeded } from "./random.ts";
import { createSimulation } from "./simulator.ts";

/** A queue with exponential arrivals and service, of so many visits. */
function queue(options: { gap: number; work: number; servers: number; visits: number; cores?: number }) {
  const simulation = createSimulation(options.cores ? { cores: options.cores } : {});
  const random = seeded(7);
  const station = simulation.station("queue", options.servers);
  let left = options.visits;
  const arrive = () => {
    simulation.visit(station, exponential(random, options.work), () => undefined);
    if (--left > 0) simulation.after(exponential(random, options.gap), arrive);
  };
  simulation.after(exponential(random, options.gap), arrive);
  simulation.run();
  const [report] = simulation.report();
  if (!report) throw new Error("no station");
  return { ...report, elapsed: simulation.now };
}

describe("a simulated queue", () => {
  it.each([0.3, 0.6, 0.9])(
    "with one server at load %p stays as long as the formula of M/M/1 says",
    (load) => {
      const { stay, utilisation } = queue({ gap: 10, work: 10 * load, servers: 1, visits: 300_000 });
      expect(utilisation).toBeCloseTo(load, 1);
      expect(stay / stayOfMM1(1 / 10, 1 / (10 * load))).toBeCloseTo(1, 1);
    },
  );

  it.each([
    [2, 0.7],
    [8, 0.9],
  ])("with %p servers at load %p stays as long as the formula of M/M/c says", (servers, load) => {
    const work = 10 * load * servers;
    const { stay } = queue({ gap: 10, work, servers, visits: 300_000 });
    expect(stay / stayOfMMc(1 / 10, 1 / work, servers)).toBeCloseTo(1, 1);
  });

  it("shares cores: any number of servers on one core are as M/M/1", () => {
    const { stay } = queue({ gap: 10, work: 6, servers: 1_000, cores: 1, visits: 300_000 });
    expect(stay / stayOfMM1(1 / 10, 1 / 6)).toBeCloseTo(1, 1);
  });

  it("keeps Little's law: people present = arrival rate × time of stay", () => {
    const { present, stay, served, elapsed } = queue({ gap: 5, work: 12, servers: 3, visits: 50_000 });
    expect(served).toBe(50_000);
    expect(present).toBeCloseTo((served / elapsed) * stay, 6);
  });

  it("is the same for the same seed", () => {
    const options = { gap: 5, work: 4, servers: 1, visits: 1_000 };
    expect(queue(options)).toEqual(queue(options));
  });
});
