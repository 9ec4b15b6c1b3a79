import { describe, expect, test } from "@jest/globals";
import { formatRemaining, thresholdPassed } from "./remaining.ts";

test.each([
  [900_000, "15:00"],
  [59_999, "1:00"],
  [59_000, "0:59"],
  [1, "0:01"],
  [0, "0:00"],
  [-5_000, "0:00"],
  [3_600_000, "1:00:00"],
  [3_599_000, "59:59"],
])("%s ms are shown as %s", (ms, text) => {
  expect(formatRemaining(ms)).toBe(text);
});

describe("what screen readers are told", () => {
  test("is said once, when a threshold is passed", () => {
    expect(thresholdPassed(300_400, 299_800)).toBe(300_000);
    expect(thresholdPassed(299_800, 298_800)).toBeUndefined();
  });

  test("is the nearest when a sleeping page skipped some, and nothing at the end", () => {
    expect(thresholdPassed(800_000, 59_000)).toBe(60_000);
    expect(thresholdPassed(20_000, 0)).toBeUndefined();
  });
});
