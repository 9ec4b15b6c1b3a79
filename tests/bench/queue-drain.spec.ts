import { describe, expect, it } from "@jest/globals";
import { drainedPerSecond } from "./queue-drain.ts";

describe("a queue", () => {
  it("drains as fast as all of it until its last was done", () => {
    expect(drainedPerSecond(1_000, [1_500, 3_000, 2_000])).toBeCloseTo(1.5, 9);
  });
});
