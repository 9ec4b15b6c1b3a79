import { describe, expect, it } from "@jest/globals";
import { afterLook, afterPage, BEGIN, type PageOutcome, type Progress } from "./progress.ts";

const HOUR = 3_600_000;
const nothing: PageOutcome = { nextPageToken: "", waiting: 0, unanswered: 0, unknown: 0 };
const frozen: Progress = { ...BEGIN, frozenTime: 0 };
const page = (changes: Partial<PageOutcome>, progress = frozen, now = 1) =>
  afterPage(progress, { ...nothing, ...changes }, now);

describe("the cancellation of an event", () => {
  it("asks for no order before nobody can lock a ticket any more, and asks less and less often", () => {
    let progress = BEGIN;
    const waits: number[] = [];
    for (let look = 0; look < 9; look++) {
      const step = afterLook(progress, false, look);
      if (step.next === "end") throw new Error("it ended before it began");
      expect(step.progress.frozenTime).toBeUndefined();
      waits.push(step.waitMs);
      progress = step.progress;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
    const step = afterLook(progress, true, 9);
    expect(step).toEqual({ next: "go on", progress: { ...BEGIN, frozenTime: 9 }, waitMs: 0 });
  });

  it("ends once a whole pass left nothing open", () => {
    expect(page({})).toEqual({ next: "end" });
    const step = page({ nextPageToken: "more" });
    expect(step).toEqual({ next: "go on", progress: { ...frozen, pageToken: "more" }, waitMs: 0 });
  });

  it.each(["waiting", "unanswered", "unknown"] as const)(
    "begins again after a pause when a page had an order that was %s, also if it was not the last",
    (open) => {
      const more = page({ [open]: 2, nextPageToken: "more" });
      if (more.next === "end") throw new Error("it ended amid a pass");
      expect(more.progress.open).toBe(2);
      const again = page({}, more.progress);
      const progress = { ...frozen, passes: 1, pauseMs: 2_000 };
      expect(again).toEqual({ next: "go on", progress, waitMs: 1_000 });
    },
  );

  it("waits for an order that a lock names as long as it may come, and not longer", () => {
    expect(page({ unknown: 1 }, frozen, HOUR - 1).next).toBe("go on");
    expect(page({ unknown: 1 }, frozen, HOUR)).toEqual({ next: "end" });
    expect(page({ waiting: 1 }, frozen, HOUR).next).toBe("go on");
  });
});
