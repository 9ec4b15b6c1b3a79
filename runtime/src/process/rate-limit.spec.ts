import { expect, it } from "@jest/globals";
import { createRateLimit } from "./rate-limit.ts";

it("gives each key so many at once, and one more whenever its share of the window is over", () => {
  let now = 1_000_000;
  const limit = createRateLimit({ count: 3, windowMs: 60_000 }, () => new Date(now));
  const take = (key: string, times: number) => Array.from({ length: times }, () => limit.take(key));
  expect(take("a", 5)).toEqual([undefined, undefined, undefined, 20_000, 20_000]);
  expect(take("b", 1)).toEqual([undefined]);
  now += 19_999;
  expect(take("a", 1)).toEqual([1]);
  now += 1;
  expect(take("a", 2)).toEqual([undefined, 20_000]);
  now += 60_000;
  expect(take("a", 4)).toEqual([undefined, undefined, undefined, 20_000]);
});
