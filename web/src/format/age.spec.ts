import { expect, test } from "@jest/globals";
import { formatAge } from "./age.ts";

test.each([
  [-5_000, "less than a minute"],
  [59_999, "less than a minute"],
  [60_000, "1 minute"],
  [3_599_999, "59 minutes"],
  [3_600_000, "1 hour"],
  [2 * 86_400_000 - 1, "1 day"],
  [30 * 86_400_000, "30 days"],
])("%d ms are %s", (ms, text) => expect(formatAge(ms)).toBe(text));
