import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { closedLoop, median, quantile, sideBySide } from "./closed-loop.ts";
import { cpuTimeOf, tellsCpuTime } from "./cpu-time.ts";

describe("a closed loop", () => {
  it("keeps the given number of calls in flight, and makes no more than the limit", async () => {
    let inFlight = 0;
    let most = 0;
    const numbers: number[] = [];
    const result = await closedLoop(
      async (n) => {
        numbers.push(n);
        most = Math.max(most, ++inFlight);
        await sleep(5);
        inFlight--;
      },
      { inFlight: 4, ms: 10_000, limit: 20 },
    );
    expect(most).toBe(4);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(result.calls).toBe(20);
    expect(result.perSecond).toBeCloseTo(20 / result.seconds, 6);
    expect(quantile(result.latencies, 0.5)).toBeGreaterThanOrEqual(4);
  });

  it("ends after its time", async () => {
    const { seconds } = await closedLoop(() => sleep(10), { inFlight: 1, ms: 100 });
    expect(seconds).toBeGreaterThanOrEqual(0.1);
  });

  it("ends with the error of a call that failed", async () => {
    const failing = closedLoop(() => Promise.reject(new Error("no")), { inFlight: 2, ms: 1_000 });
    await expect(failing).rejects.toThrow("no");
  });

  it("shows which of two variants is slower side by side", async () => {
    const variants = [() => sleep(2), () => sleep(20)];
    const [fast, slow] = await sideBySide(variants, { inFlight: 2, ms: 60, slices: 3 });
    expect(fast?.perSecond).toBeGreaterThan(slow?.perSecond ?? 0);
    expect(slow?.p50).toBeGreaterThan(fast?.p50 ?? 0);
  });
});

describe("figures", () => {
  it("have quantiles and medians", () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(3);
    expect(quantile([1], 0.95)).toBe(1);
    expect(quantile([], 0.5)).toBeNaN();
    expect(median([9, 1, 5])).toBe(5);
  });

  (tellsCpuTime ? it : it.skip)("know what CPU a process used", () => {
    const before = cpuTimeOf(process.pid);
    for (const end = performance.now() + 200; performance.now() < end; );
    const used = cpuTimeOf(process.pid) - before;
    expect(used).toBeGreaterThan(10);
    expect(used).toBeLessThan(1_000);
  });
});
