import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { errorInfoOf } from "@ticketing/runtime/process/domain-error";
import { createFairQueue } from "./fair-queue.ts";

const limits = { perAddress: 3, total: 5 };

/** Work that says when it was done, and never at the same time as other work. */
function recorded() {
  const done: string[] = [];
  let running = 0;
  const work = (name: string) => async () => {
    expect(++running).toBe(1);
    await turn();
    running--;
    done.push(name);
    return name;
  };
  return { done, work };
}
const refusal = (ask: () => unknown) => {
  try {
    ask();
  } catch (error) {
    return errorInfoOf(error);
  }
  return "taken";
};

describe("a fair queue", () => {
  it("works for each address in its turn, one piece at a time", async () => {
    const { done, work } = recorded();
    const queue = createFairQueue({ perAddress: 10, total: 100 });
    const flood = ["a1", "a2", "a3", "a4", "a5"].map((name) => queue.run("a", work(name)));
    const others = ["b1", "c1"].map((name, n) => queue.run(n === 0 ? "b" : "c", work(name)));
    expect(await Promise.all([...flood, ...others])).toEqual(["a1", "a2", "a3", "a4", "a5", "b1", "c1"]);
    // The first began at once; of the rest each address has its turn before the flood goes on.
    expect(done.slice(0, 4).sort()).toEqual(["a1", "a2", "b1", "c1"]);
  });

  it("turns an address away whose places are taken, and no other", async () => {
    const { work } = recorded();
    const queue = createFairQueue(limits);
    const running = ["1", "2", "3", "4"].map((name) => queue.run("a", work(name)));
    expect(refusal(() => queue.run("a", work("5")))).toEqual({
      reason: "BUSY",
      metadata: { retryAfter: "5" },
    });
    running.push(queue.run("b", work("6")), queue.run("c", work("7")));
    expect(refusal(() => queue.run("d", work("8")))).toMatchObject({ reason: "BUSY" });
    await Promise.all(running);
    expect(await queue.run("a", work("again"))).toBe("again");
  });

  it("goes on after work that fails", async () => {
    const queue = createFairQueue(limits);
    const failed = queue.run("a", () => Promise.reject(new Error("no")));
    const next = queue.run("a", async () => "next");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("next");
  });
});
