import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { clockName, venueTimes } from "./venue-time.ts";

const at = (instant: string, timeZone: string, reader: string, locale = "en-GB") =>
  venueTimes(locale, reader)(new Date(instant), timeZone);

describe("the start of an event, by the clock at its venue", () => {
  test("names the venue's clock, and the reader's time where that is another", () => {
    expect(at("2030-06-07T00:00:00Z", "America/New_York", "Europe/London", "en-US")).toEqual({
      there: "Thu, Jun 6, 2030, 8:00 PM, New York time",
      here: "Fri 1:00 AM your time",
    });
    expect(at("2030-06-06T19:00:00Z", "Europe/Berlin", "Europe/London")).toEqual({
      there: "Thu, 6 Jun 2030, 21:00, Berlin time",
      here: "20:00 your time",
    });
    expect(at("2030-06-06T20:00:00Z", "Europe/London", "Asia/Tokyo")?.here).toBe("Fri 05:00 your time");
  });

  test("says nothing twice: not to a reader there, nor to one whose clock shows the same", () => {
    expect(at("2030-06-06T19:00:00Z", "Europe/London", "Europe/London")?.here).toBeUndefined();
    expect(at("2030-06-06T19:00:00Z", "Europe/Dublin", "Europe/London")?.here).toBeUndefined();
    // Arizona has no summer time: it shows California's hour in summer and not in winter.
    expect(at("2030-07-06T19:00:00Z", "America/Phoenix", "America/Los_Angeles")?.here).toBeUndefined();
    expect(at("2030-01-06T19:00:00Z", "America/Phoenix", "America/Los_Angeles")?.here).toBe(
      "11:00 your time",
    );
  });

  test.each([
    ["America/New_York", "2030-11-03T05:30:00Z", "Sun, 3 Nov 2030, 01:30 (GMT-4), New York time"],
    ["America/New_York", "2030-11-03T06:30:00Z", "Sun, 3 Nov 2030, 01:30 (GMT-5), New York time"],
    ["Europe/London", "2027-10-31T00:30:00Z", "Sun, 31 Oct 2027, 01:30 (GMT+1), London time"],
    ["Europe/London", "2027-10-31T01:30:00Z", "Sun, 31 Oct 2027, 01:30 (GMT+0), London time"],
    ["Europe/London", "2027-10-31T02:30:00Z", "Sun, 31 Oct 2027, 02:30, London time"],
    // Half an hour of summer time.
    ["Australia/Lord_Howe", "2027-04-03T14:45:00Z", "Sun, 4 Apr 2027, 01:45 (GMT+11), Lord Howe time"],
    ["Australia/Lord_Howe", "2027-04-03T15:15:00Z", "Sun, 4 Apr 2027, 01:45 (GMT+10:30), Lord Howe time"],
  ])("a time that the clocks of %s show twice has its offset (%s)", (zone, instant, text) => {
    expect(at(instant, zone, "Asia/Tokyo")?.there).toBe(text);
  });

  test.each([
    ["Europe/London", "2027-03-28T00:59:00Z", "Sun, 28 Mar 2027, 00:59, London time"],
    ["Europe/London", "2027-03-28T01:00:00Z", "Sun, 28 Mar 2027, 02:00, London time"],
    ["America/Santiago", "2027-09-05T04:00:00Z", "Sun, 5 Sept 2027, 01:00, Santiago time"],
    ["Asia/Kathmandu", "2027-09-05T18:15:00Z", "Mon, 6 Sept 2027, 00:00, Kathmandu time"],
    ["Pacific/Kiritimati", "2027-09-05T10:00:00Z", "Mon, 6 Sept 2027, 00:00, Kiritimati time"],
  ])("an hour that the clocks of %s leave out is not shown (%s)", (zone, instant, text) => {
    expect(at(instant, zone, "Asia/Tokyo")?.there).toBe(text);
  });

  test("an instant in any zone is told apart from every other within a day", () => {
    const minute = fc.integer({ min: Date.UTC(2026, 0) / 60_000, max: Date.UTC(2036, 0) / 60_000 });
    const zone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const times = venueTimes("en-GB", "UTC");
    fc.assert(
      fc.property(zone, minute, fc.integer({ min: 1, max: 48 }), (timeZone, start, halfHours) => {
        const [one, other] = [start, start + 30 * halfHours].map((each) =>
          times(new Date(each * 60_000), timeZone),
        );
        expect(one?.there).not.toBe(other?.there);
      }),
      { numRuns: 300 },
    );
  });

  test("is left to the reader's clock when nobody knows the venue's", () => {
    expect(at("2030-06-06T19:00:00Z", "", "Europe/London")).toBeUndefined();
    expect(at("2030-06-06T19:00:00Z", "Mars/Olympus_Mons", "Europe/London")).toBeUndefined();
  });
});

test.each([
  ["America/Argentina/Buenos_Aires", "Buenos Aires time"],
  ["America/Port-au-Prince", "Port-au-Prince time"],
  ["UTC", "UTC"],
  ["Etc/UTC", "UTC"],
])("the clocks of %s are called %s", (zone, name) => {
  expect(clockName(zone)).toBe(name);
});
