import { describe, expect, it } from "@jest/globals";
import { targetTable } from "./target-table.ts";
import { floorOf, isMet, type Target } from "./targets.ts";

const cheap: Target = { figure: "a", label: "a lock", unit: "CPU ms", atMost: 28 };
const fast: Target = { figure: "b", label: "a burst", unit: "/s", atLeast: 80 };

describe("a target", () => {
  it("is met up to its limit", () => {
    expect(isMet(cheap, { a: 28 })).toBe(true);
    expect(isMet(cheap, { a: 28.000_000_000_001 })).toBe(true);
    expect(isMet(cheap, { a: 28.1 })).toBe(false);
    expect(isMet(fast, { b: 80 })).toBe(true);
    expect(isMet(fast, { b: 79 })).toBe(false);
  });

  it("is neither met nor missed without a figure", () => {
    expect(isMet(cheap, {})).toBeUndefined();
    expect(targetTable([cheap, fast], { b: 90 })).not.toContain("a lock");
  });

  it("is shown with the figure, whether it is met, and the change", () => {
    const lines = targetTable([cheap, fast], { a: 30.04, b: 120 }, { a: 40 }).split("\n");
    expect(lines[1]).toMatch(/^a lock +30\.0 +≤ 28 +CPU ms +missed +-25 %$/);
    expect(lines[2]).toMatch(/^a burst +120 +≥ 80 +\/s +met *$/);
  });

  it("is shown beside what the engines alone ask for, once all of them were measured", () => {
    const target = { ...cheap, floor: { start: 1, pair: 3 } };
    expect(floorOf(target, { a: 30, start: 10, pair: 1.5 })).toBeCloseTo(14.5, 9);
    expect(floorOf(target, { a: 30, start: 10 })).toBeUndefined();
    expect(floorOf(cheap, { a: 30 })).toBeUndefined();
    expect(targetTable([target], { a: 30, start: 10, pair: 1.5 })).toContain("14.5");
  });
});
