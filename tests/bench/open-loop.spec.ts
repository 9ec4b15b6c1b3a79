import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { openLoop } from "./open-loop.ts";

describe("an open loop", () => {
  it("sends calls whether the ones before are answered or not", async () => {
    let [inFlight, most] = [0, 0];
    const numbers: number[] = [];
    const work = async (n: number) => {
      numbers.push(n);
      most = Math.max(most, ++inFlight);
      await sleep(200);
      inFlight--;
    };
    // Each gap is 1 / 500 s × ln 2.
    await openLoop(work, { perSecond: 500, calls: 20, random: () => 0.5 });
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(most).toBeGreaterThan(1);
  });

  it("ends with the error of a call that failed", async () => {
    const failing = openLoop(() => Promise.reject(new Error("no")), { perSecond: 1_000, calls: 2 });
    await expect(failing).rejects.toThrow("no");
  });
});
