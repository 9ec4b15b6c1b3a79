import { describe, expect, it } from "@jest/globals";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import fc from "fast-check";
import { instantOf, instantsOf, localTimeOf, timeZoneOf } from "./local-time.ts";

const MINUTE = 60_000;
const zones = Intl.supportedValuesOf("timeZone");
const zone = fc.constantFrom(...zones);
const minuteOf = (from: string, to: string) =>
  fc
    .integer({ min: Date.parse(from) / MINUTE, max: Date.parse(to) / MINUTE })
    .map((minute) => new Date(minute * MINUTE));
const anyTime = minuteOf("2000-01-02T00:00Z", "2099-12-30T00:00Z");

/** Every instant at which clocks show a time, by looking at each minute around it: slow, and by no arithmetic of ours. */
function lookedUp(local: string, timeZone: string): string[] {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  const middle = Date.parse(`${local}Z`);
  const minutes = Array.from({ length: 27 * 60 }, (_, n) => new Date(middle + (n - 15 * 60) * MINUTE));
  return minutes
    .filter((instant) => shown.format(instant) === local.replace("T", " "))
    .map((instant) => instant.toISOString());
}

const refusal = (local: string, timeZone: string) => {
  try {
    return instantOf(local, timeZone).toISOString();
  } catch (error) {
    if (error instanceof DomainError) return [error.reason, error.metadata.earlier, error.metadata.later];
    throw error;
  }
};

describe("the instant at which clocks at a place show a time", () => {
  it("is one of those that lead back to it, in every zone", () => {
    fc.assert(
      fc.property(zone, anyTime, (timeZone, instant) => {
        const found = instantsOf(localTimeOf(instant, timeZone), timeZone).map(Number);
        expect(found).toContain(instant.getTime());
        expect(found.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is what looking at each minute finds, also in the nights when clocks change", () => {
    const changes = fc.constantFrom(
      ...["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-06-15"],
    );
    const places = fc.constantFrom(
      ...["Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"],
    );
    fc.assert(
      fc.property(places, changes, fc.integer({ min: 0, max: 24 * 60 - 1 }), (timeZone, day, minute) => {
        const local = new Date(Date.parse(`${day}T00:00Z`) + minute * MINUTE).toISOString().slice(0, 16);
        const found = instantsOf(local, timeZone).map((instant) => instant.toISOString());
        expect([local, timeZone, found]).toEqual([local, timeZone, lookedUp(local, timeZone)]);
      }),
      { numRuns: 60 },
    );
  });

  it("is asked about where clocks are put forward over it: both instants that may be meant are named", () => {
    expect(refusal("2030-03-10T02:30", "America/New_York")).toEqual([
      ...["LOCAL_TIME_SKIPPED", "2030-03-10T06:30:00.000Z", "2030-03-10T07:30:00.000Z"],
    ]);
    expect(localTimeOf(new Date("2030-03-10T06:30:00Z"), "America/New_York")).toBe("2030-03-10T01:30");
    expect(localTimeOf(new Date("2030-03-10T07:30:00Z"), "America/New_York")).toBe("2030-03-10T03:30");
  });

  it("is asked about where clocks show it twice", () => {
    expect(refusal("2030-11-03T01:30", "America/New_York")).toEqual([
      ...["LOCAL_TIME_REPEATED", "2030-11-03T05:30:00.000Z", "2030-11-03T06:30:00.000Z"],
    ]);
  });

  it("is no day that the calendar, or the place, does not have", () => {
    for (const local of ["2030-02-30T20:00", "2030-13-01T20:00", "2030-06-01T24:30", "2030-06-01T20:60"]) {
      expect([local, ...refusal(local, "Europe/London")]).toEqual([
        local,
        "LOCAL_TIME_INVALID",
        undefined,
        undefined,
      ]);
    }
    // Samoa went over the date line and had no 30 December.
    expect(refusal("2011-12-30T12:00", "Pacific/Apia")[0]).toBe("LOCAL_TIME_SKIPPED");
  });
});

describe("a time zone", () => {
  it("is what the IANA database has, in its spelling", () => {
    for (const name of zones) expect(timeZoneOf(name)).toBe(name);
    expect(timeZoneOf("europe/london")).toBe("Europe/London");
    expect(timeZoneOf("Europe/Kyiv")).toBe("Europe/Kyiv");
    expect(timeZoneOf("America/Argentina/Buenos_Aires")).toBe("America/Argentina/Buenos_Aires");
  });

  it("is no offset, abbreviation or invention", () => {
    for (const name of [
      "SystemV/EST5",
      "",
      "+01:00",
      "EST",
      "GMT+1",
      "Europe/Camelot",
      "Europe/London ",
      "../etc",
    ]) {
      expect(() => timeZoneOf(name)).toThrow(DomainError);
    }
  });
});
