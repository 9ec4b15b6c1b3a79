import { describe, expect, it } from "@jest/globals";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import fc from "fast-check";
import { absorb, cancel, type Event, mergeInto, proposeEvent, reschedule, usualDurationMs } from "./event.ts";

const HOUR = 3_600_000;
const now = new Date(Date.UTC(2030, 0, 1));
const later = (hours: number) => new Date(now.getTime() + hours * HOUR);
const venue = { _id: "venue", name: "The O2", city: "London", country: "GB", timeZone: "Europe/London" };

const proposed = (id = "event", title = "Hamlet", hours = 24): Event =>
  proposeEvent(
    { title, category: Category.THEATRE, venue, startTime: later(hours), durationMs: 3 * HOUR },
    { id, proposerId: "user", requestFingerprint: "" },
    now,
  );

function reasonOf(rule: () => unknown): string {
  try {
    rule();
    return "done";
  } catch (error) {
    if (error instanceof DomainError) return error.reason;
    throw error;
  }
}

describe("an event", () => {
  it("lies ahead when it is proposed", () => {
    expect(reasonOf(() => proposed("event", "Hamlet", 0))).toBe("EVENT_STARTED");
    expect(proposed()).toMatchObject({ status: EventStatus.SCHEDULED, version: 1, starts: [later(24)] });
  });

  it("lasts as its category does if nobody says", () => {
    const hours = (category: Category) => usualDurationMs(category) / HOUR;
    expect([Category.COMEDY, Category.FESTIVAL, Category.CONCERT, Category.OTHER].map(hours)).toEqual([
      2, 12, 3, 3,
    ]);
  });

  it("is rescheduled, and back again", () => {
    const moved = reschedule(proposed(), { version: 1, startTime: later(48) }, now);
    expect(moved).toMatchObject({
      status: EventStatus.RESCHEDULED,
      startTime: later(48),
      durationMs: 3 * HOUR,
    });
    expect(reschedule(moved, { version: 1, startTime: later(48) }, now)).toBe(moved);
    const back = reschedule(moved, { version: 2, startTime: later(24) }, now);
    expect(back).toMatchObject({ status: EventStatus.SCHEDULED, key: proposed().key });
    expect(reasonOf(() => reschedule(moved, { version: 1, startTime: later(72) }, now))).toBe(
      "STALE_VERSION",
    );
    expect(reasonOf(() => reschedule(moved, { version: 2, startTime: later(0) }, now))).toBe("EVENT_STARTED");
  });

  it("is cancelled for good", () => {
    const cancelled = cancel(proposed(), { version: 1 }, now);
    expect(cancelled.status).toBe(EventStatus.CANCELLED);
    expect(cancel(cancelled, { version: 1 }, now)).toBe(cancelled);
    expect(reasonOf(() => reschedule(cancelled, { version: 2, startTime: later(48) }, now))).toBe(
      "EVENT_CANCELLED",
    );
  });

  it("that was merged is changed no more, and its titles are the other's", () => {
    const [one, other] = [proposed("one", "Hamlet RSC"), proposed("other")];
    const kept = absorb(other, one, now);
    expect(kept.aliases).toEqual(["Hamlet RSC"]);
    expect(absorb(kept, one, now)).toBe(kept);
    expect(mergeInto(absorb(one, one, now), one, now)).toBe(one);
    const merged = mergeInto(one, kept, now);
    expect(mergeInto(merged, kept, now)).toBe(merged);
    expect(reasonOf(() => cancel(merged, { version: 2 }, now))).toBe("EVENT_MERGED");
    expect(reasonOf(() => absorb(merged, proposed("third"), now))).toBe("EVENT_MERGED");
    expect(reasonOf(() => absorb(proposed("third"), kept, now))).toBe("EVENT_HAS_MERGED");
  });

  it("that is cancelled is merged with no other: orders end with the event that they are for", () => {
    const [takesPlace, called] = [proposed("one"), cancel(proposed("other"), { version: 1 }, now)];
    expect(reasonOf(() => absorb(takesPlace, called, now))).toBe("EVENT_CANCELLED");
    expect(reasonOf(() => absorb(called, takesPlace, now))).toBe("EVENT_CANCELLED");
    // Cancelled between the two writes of the merge.
    const other = proposed("other");
    const kept = absorb(takesPlace, other, now);
    expect(reasonOf(() => mergeInto(cancel(other, { version: 1 }, now), kept, now))).toBe("EVENT_CANCELLED");
    const late = cancel(kept, { version: kept.version }, now);
    expect(absorb(late, other, now)).toBe(late);
  });

  it("leads to what holds in one step, whichever merges are asked for at the same time and wherever one stops", () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }));
    const order = fc.array(fc.tuple(fc.nat({ max: 20 }), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 12 }), order, (wishes, steps) => {
        const events = Array.from({ length: 5 }, (_, n) => proposed(`event ${n}`, `Title ${n}`));
        // Each merge is two steps, which interleave with those of the others; many are never carried on.
        const running = wishes
          .filter(([from, into]) => from !== into)
          .map(([from, into]) => ({ from, into, step: 0 }));
        for (const [choice, crashes] of steps) {
          const merge = running[choice % Math.max(1, running.length)];
          if (!merge || merge.step > 1) continue;
          const [from, into] = [events[merge.from], events[merge.into]];
          if (!from || !into) continue;
          const outcome = reasonOf(() => {
            if (merge.step === 0) events[merge.into] = absorb(into, from, now);
            else events[merge.from] = mergeInto(from, into, now);
          });
          merge.step = outcome === "done" && !crashes ? merge.step + 1 : 2;
        }
        for (const { mergedInto } of events) {
          if (mergedInto) expect(events.find(({ _id }) => _id === mergedInto)?.mergedInto).toBeUndefined();
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
