import { describe, expect, it } from "@jest/globals";
import { type StepName, stepNames } from "../support/load/steps.ts";
import { ceiling, demandPerLock, mix, simulateSize } from "./growth.ts";
import { type Walk, walkOf } from "./routes.ts";

const demand = {
  load: 9,
  stripe: 9,
  envoy: 0.4,
  orders: 1.5,
  tickets: 1,
  catalog: 2,
  mongo: 1,
  workflows: 3,
  payments: 1,
  nats: 0.3,
  temporal: 2,
};
const alone = { p50: 12, p95: 15 };
const walks = Object.fromEntries(
  stepNames.map((name) => [name, walkOf({ name, demand, alone, cores: 2 })]),
) as Record<StepName, Walk>;

describe("a larger system", () => {
  it("asks of an engine what each step asks of it, as often as people take that step", () => {
    const steps = Object.values(mix).reduce((sum, times) => sum + times, 0);
    expect(demandPerLock(walks).catalog).toBeCloseTo(steps * demand.catalog, 9);
    expect(demandPerLock(walks)).not.toHaveProperty("load");
  });

  it.each([10, 1_000])("at %i locks a second keeps each engine as busy as U = X · D / c says", (rate) => {
    for (const { engine, demand: ms, cores, utilisation } of simulateSize(walks, rate, 2_000).engines) {
      expect(cores).toBeGreaterThanOrEqual(2);
      const expected = (rate * ms) / 1000 / cores;
      expect(expected).toBeLessThanOrEqual(0.6);
      expect({ engine, close: Math.abs(utilisation / expected - 1) < 0.1 }).toEqual({ engine, close: true });
    }
  });

  it("answers no faster than a call takes alone, and not much slower while no engine is too busy", () => {
    const { createOrder } = simulateSize(walks, 100, 2_000);
    expect(createOrder.p50).toBeGreaterThan(0.7 * alone.p50);
    expect(createOrder.p95).toBeLessThan(5 * alone.p50);
  });

  it("has a ceiling where its busiest engine has none left: X = c / D", () => {
    expect(ceiling(5, 2)).toBe(400);
  });
});
