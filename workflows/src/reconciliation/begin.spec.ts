import { describe, expect, it } from "@jest/globals";
import { beginAfter } from "./begin.ts";
import type { Changes } from "./changes.ts";
import { type Drift, type Source, sources } from "./drift.ts";
import { spanOf } from "./first-look.ts";
import type { Reconciled } from "./workflow.ts";

const MINUTE = 60_000;
const changes: Changes = { overlapMs: 2 * MINUTE, intentAgeMs: 25 * MINUTE };
const windowMs = 24 * 60 * MINUTE;
/** Runs begin at these times, not always in time. */
const STARTS = [100, 110, 120, 131, 140, 175, 180, 190, 200, 210, 220, 230].map((minute) => minute * MINUTE);

const drift = (id: string): Drift => ({
  ...{ kind: "ORDER_UNPAID", source: "orders", id, orderId: id, ticketId: "", intentId: "", detail: "" },
});
const left = (startTime: number, more: Partial<Reconciled> = {}): Reconciled => ({
  ...{ startTime, compared: 0, drift: [] },
  ...more,
});

/** When runs compare a record that changed at a time and was stored some time later. */
function seenAt(source: Source, changed: number, stored = changed): number[] {
  return STARTS.filter((startTime, n) => {
    const before = STARTS[n - 1];
    if (before === undefined || stored > startTime) return false;
    const run = beginAfter(left(before), { startTime, windowMs, changes });
    const { since, until } = spanOf(run, source);
    return since <= changed && changed < until;
  });
}

describe("where a run begins", () => {
  it("is at everything the first time, and later at what changed since the last run began", () => {
    const first = beginAfter(undefined, { startTime: 5 * MINUTE, windowMs, changes });
    for (const source of sources) expect(spanOf(first, source)).toEqual({ since: 0, until: 5 * MINUTE });
    const next = beginAfter(left(100 * MINUTE), { startTime: 110 * MINUTE, windowMs, changes });
    expect(next.since).toBe(98 * MINUTE);
    expect(next.left).toEqual(["overdue", ...sources.filter((source) => source !== "charges")]);
  });

  it("is the window before the last run where all is to be compared", () => {
    const last = 3 * windowMs;
    const full = beginAfter(left(last), { startTime: last + MINUTE, windowMs });
    for (const source of sources) {
      expect(spanOf(full, source)).toEqual({ since: 2 * windowMs, until: last + MINUTE });
    }
    expect(full.left).toEqual([...sources]);
  });

  it("leaves out no change, also one that is stored later than its time says", () => {
    for (let changed = 100 * MINUTE; changed < 190 * MINUTE; changed += MINUTE / 2) {
      for (const source of sources) {
        expect(seenAt(source, changed).length).toBeGreaterThan(0);
        expect(seenAt(source, changed, changed + changes.overlapMs - 1).length).toBeGreaterThan(0);
      }
    }
  });

  it("sees each record once its events should have been published", () => {
    for (let changed = 100 * MINUTE; changed < 190 * MINUTE; changed += MINUTE / 2) {
      for (const source of ["tickets", "orders", "payments"] as const) {
        expect(Math.max(...seenAt(source, changed)) - changed).toBeGreaterThanOrEqual(changes.overlapMs);
      }
    }
  });

  it("sees PaymentIntents when their sale is over: what becomes of them at Stripe changes no creation", () => {
    for (let made = 100 * MINUTE; made < 190 * MINUTE; made += MINUTE / 2) {
      expect(Math.min(...seenAt("intents", made)) - made).toBeGreaterThanOrEqual(changes.intentAgeMs);
    }
  });

  it("sees movements of the balance long after they were made: Stripe may list them late", () => {
    for (let made = 100 * MINUTE; made < 190 * MINUTE; made += MINUTE / 2) {
      expect(seenAt("movements", made, made + changes.intentAgeMs).length).toBeGreaterThan(0);
    }
  });

  it("compares no record more than twice, however long the window is", () => {
    for (let changed = 100 * MINUTE; changed < 190 * MINUTE; changed += MINUTE / 2) {
      for (const source of sources) expect(seenAt(source, changed).length).toBeLessThanOrEqual(2);
    }
  });

  it("takes over what a full pass found meanwhile, once, beside what the last run found", () => {
    const full = { drift: [drift("a"), drift("b")], endTime: 105 * MINUTE };
    const how = { windowMs, changes, full };
    const next = beginAfter(left(100 * MINUTE, { drift: [{ ...drift("a"), mended: false }] }), {
      ...{ ...how, startTime: 110 * MINUTE },
    });
    expect(next.suspects.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(next.before).toEqual(next.suspects);
    const later = beginAfter(left(110 * MINUTE, { fullSeen: next.fullSeen }), {
      ...{ ...how, startTime: 120 * MINUTE },
    });
    expect(later.suspects).toEqual([]);
    expect(later.fullSeen).toBe(full.endTime);
  });

  it("takes it over later where a run could not learn of it", () => {
    const full = { drift: [drift("a")], endTime: 105 * MINUTE };
    const unanswered = beginAfter(left(100 * MINUTE, { fullSeen: MINUTE }), {
      ...{ windowMs, changes, startTime: 110 * MINUTE },
    });
    const { fullSeen } = unanswered;
    const next = beginAfter(left(110 * MINUTE, { fullSeen }), {
      ...{ windowMs, changes, full, startTime: 120 * MINUTE },
    });
    expect(next.suspects.map(({ id }) => id)).toEqual(["a"]);
  });
});
