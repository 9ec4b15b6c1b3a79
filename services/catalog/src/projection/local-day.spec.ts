import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { dayOf, instantsOfDays, localDayOf } from "./local-day.ts";

const zones = [
  "",
  "UTC",
  "Pacific/Kiritimati",
  "Etc/GMT+12",
  "Asia/Tokyo",
  "America/New_York",
  "Asia/Kolkata",
];

describe("the day at a venue", () => {
  it("is the date that its clocks show", () => {
    const instant = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
    fc.assert(
      fc.property(instant, fc.constantFrom(...zones), (start, zone) => {
        const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: zone || "UTC", dateStyle: "short" });
        const day = localDayOf(start, zone);
        expect(new Date(day * 86_400_000).toISOString().slice(0, 10)).toBe(shown.format(start));
        const { from, to } = instantsOfDays(day, day);
        expect(start >= from && start < to).toBe(true);
      }),
    );
  });

  it("is UTC's where the zone is not known", () => {
    expect(localDayOf(Date.UTC(2030, 5, 1, 23), "Atlantis/Capital")).toBe(dayOf(2030, 6, 1));
  });

  it("counts a day that the month does not have into the next month", () => {
    expect(dayOf(2030, 2, 31)).toBe(dayOf(2030, 3, 3));
  });
});
