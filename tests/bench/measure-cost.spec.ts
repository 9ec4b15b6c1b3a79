import { describe, expect, it } from "@jest/globals";
import { total } from "../support/load/cpu-time.ts";
import { costOfEach } from "../support/load/measure-cost.ts";
import { costFigures } from "./row.ts";

describe("the cost of a call", () => {
  it("is what was used, less what the mesh would have used anyway", () => {
    const cost = costOfEach({ orders: 1_100, mongo: 500, load: 300 }, { orders: 10, mongo: 5 }, 10, 100);
    expect(cost).toEqual({ orders: 10, mongo: 4.5, load: 3 });
  });

  it("leaves out what the load itself used", () => {
    const cpu = { orders: 10, mongo: 4.5, load: 3 };
    expect(total(cpu)).toBe(14.5);
    expect(costFigures("lock", cpu)).toMatchObject({ "lock.cpu_ms": 14.5, "lock.cpu_ms.mongo": 4.5 });
  });
});
