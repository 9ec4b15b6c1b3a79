import { describe, expect, it } from "@jest/globals";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { absorb, cancel, type Event, mergeInto, proposeEvent, reschedule, usualDurationMs } from "./event.ts";

const HOUR = 3_600_000;
const now = new Date(Date.UTC(2030, 0, 1));
const later = (hours: number) => new Date(now.getTime() + hours * HOUR);
const by = { operatorId: "operator", reason: "said by the venue" };
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
    const moved = reschedule(proposed(), { ...by, version: 1, startTime: later(48) }, now);
    expect(moved).toMatchObject({
      status: EventStatus.RESCHEDULED,
      startTime: later(48),
      durationMs: 3 * HOUR,
    });
    expect(reschedule(moved, { ...by, version: 1, startTime: later(48) }, now)).toBe(moved);
    const back = reschedule(moved, { ...by, version: 2, startTime: later(24) }, now);
    expect(back).toMatchObject({ status: EventStatus.SCHEDULED, key: proposed().key });
    expect(reasonOf(() => reschedule(moved, { ...by, version: 1, startTime: later(72) }, now))).toBe(
      "STALE_VERSION",
    );
    expect(reasonOf(() => reschedule(moved, { ...by, version: 2, startTime: later(0) }, now))).toBe(
      "EVENT_STARTED",
    );
  });

  it("is cancelled for good", () => {
    const cancelled = cancel(proposed(), { ...by, version: 1 }, now);
    expect(cancelled.status).toBe(EventStatus.CANCELLED);
    expect(cancel(cancelled, { ...by, version: 1 }, now)).toBe(cancelled);
    expect(reasonOf(() => reschedule(cancelled, { ...by, version: 2, startTime: later(48) }, now))).toBe(
      "EVENT_CANCELLED",
    );
  });

  it("that was merged is changed no more, and its titles are the other's", () => {
    const [one, other] = [proposed("one", "Hamlet RSC"), proposed("other")];
    const into = (into: Event, leads = false) => ({ ...by, into, leads });
    expect(mergeInto(one, into(one), now)).toBe(one);
    const merged = mergeInto(one, into(other), now);
    expect(mergeInto(merged, into(other, true), now)).toBe(merged);
    expect(absorb(other, one, now)).toBe(other);
    const kept = absorb(other, merged, now);
    expect(kept.aliases).toEqual(["Hamlet RSC"]);
    expect(absorb(kept, merged, now)).toBe(kept);
    expect(reasonOf(() => cancel(merged, { ...by, version: 2 }, now))).toBe("EVENT_MERGED");
    expect(reasonOf(() => mergeInto(proposed("third"), into(merged), now))).toBe("EVENT_MERGED");
    expect(reasonOf(() => mergeInto(merged, into(proposed("third")), now))).toBe("EVENT_MERGED");
    expect(reasonOf(() => mergeInto(kept, into(proposed("third"), true), now))).toBe("EVENT_HAS_MERGED");
  });

  it("that lies ahead is not merged into one that has begun, which others may be that have", () => {
    const [begun, other] = [proposed("begun", "Hamlet", 1), proposed("other", "Hamlet", 2)];
    const of = (event: Event, hours: number) =>
      reasonOf(() => mergeInto(event, { ...by, into: begun, leads: false }, later(hours)));
    expect(of(other, 0)).toBe("done");
    expect(of(other, 1)).toBe("EVENT_STARTED");
    expect(of(other, 2)).toBe("done");
  });

  it("that is cancelled is merged with no other: orders end with the event that they are for", () => {
    const [takesPlace, called] = [proposed("one"), cancel(proposed("other"), { ...by, version: 1 }, now)];
    const of = (event: Event, into: Event) =>
      reasonOf(() => mergeInto(event, { ...by, into, leads: false }, now));
    expect(of(takesPlace, called)).toBe("EVENT_CANCELLED");
    expect(of(called, takesPlace)).toBe("EVENT_CANCELLED");
    // Cancelled between the two writes of the merge.
    const merged = mergeInto(takesPlace, { ...by, into: proposed("other"), leads: false }, now);
    expect(absorb(called, merged, now).absorbed).toEqual(["one"]);
  });
});
