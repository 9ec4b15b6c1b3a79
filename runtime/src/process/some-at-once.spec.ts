import { expect, it } from "@jest/globals";
import { someAtOnce } from "./some-at-once.ts";

it("asks for so many at a time, and answers in their order", async () => {
  let open = 0;
  let most = 0;
  const answers = await someAtOnce([1, 2, 3, 4, 5, 6, 7], 3, async (one) => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setImmediate(resolve));
    open--;
    return 10 * one;
  });
  expect([answers, most]).toEqual([[10, 20, 30, 40, 50, 60, 70], 3]);
});

it("asks for nothing after one that failed", async () => {
  const asked: number[] = [];
  const ask = async (one: number) => {
    asked.push(one);
    if (one === 2) throw new Error("away");
  };
  await expect(someAtOnce([1, 2, 3, 4], 2, ask)).rejects.toThrow("away");
  expect(asked).toEqual([1, 2]);
});
