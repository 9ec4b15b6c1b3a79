import { describe, expect, it } from "@jest/globals";
import { type StepName, stepNames } from "../support/load/steps.ts";
import type { Sale } from "./buyer.ts";
import { demandOf, type Walk, walkOf } from "./routes.ts";
import { simulateSale } from "./simulated-sale.ts";

const sale: Sale = {
  ...{ seed: 1, buyers: 150, tickets: 60, arriveWithin: 3_000, lockDuration: 8_000 },
  ...{ cancelShare: 0.1, lapseShare: 0.1 },
};
const demand = {
  envoy: 1,
  tickets: 2,
  orders: 3,
  payments: 2,
  catalog: 2,
  mongo: 2,
  nats: 1,
  workflows: 6,
  auth: 0.5,
};
const alone = { p50: 20, p95: 30 };
const walks = Object.fromEntries(
  stepNames.map((name) => [name, walkOf({ name, demand, alone, cores: 2 })]),
) as Record<StepName, Walk>;

describe("a step's walk", () => {
  it.each(stepNames)("of %s does the work that was measured, no more and no less", (name) => {
    const done = demandOf(walks[name]);
    for (const [process, ms] of Object.entries(demand)) expect(done[process]).toBeCloseTo(ms, 9);
  });

  it("takes as long as the step took alone", () => {
    const { waited } = walks["CreateOrder, won"];
    expect(waited.reduce((sum, { work, wait }) => sum + work + wait, 0)).toBeCloseTo(alone.p50, 9);
  });
});

describe("a simulated sale", () => {
  it.each([1, 2, 3, 4, 5])("keeps the books (seed %i)", (seed) => {
    // Locks so short that some are lost while they are paid.
    const log = simulateSale({ ...sale, seed, lockDuration: 700 }, { cores: 2, walks });
    const count = (fate: string) => log.fates.filter((each) => each === fate).length;
    expect(log.fates).toHaveLength(sale.buyers);
    expect(log.locks).toHaveLength(sale.buyers - count("left without"));
    expect(log.soldAt).toHaveLength(count("bought"));
    // Nothing is sold twice.
    expect(log.tickets.filter(({ sold }) => sold)).toHaveLength(log.soldAt.length);
  });

  it("sells every ticket when nobody changes their mind", () => {
    const log = simulateSale({ ...sale, cancelShare: 0, lapseShare: 0 }, { cores: 2, walks });
    expect(log.soldAt).toHaveLength(sale.tickets);
    expect(log.fates.filter((fate) => fate === "left without")).toHaveLength(sale.buyers - sale.tickets);
    expect(log.refused.length).toBeGreaterThan(0);
  });

  it("is slower on fewer cores and the same for the same seed", () => {
    const last = (cores: number) => Math.max(...simulateSale(sale, { cores, walks }).soldAt);
    expect(last(0.5)).toBeGreaterThan(last(4));
    expect(simulateSale(sale, { cores: 2, walks })).toEqual(simulateSale(sale, { cores: 2, walks }));
  });
});
