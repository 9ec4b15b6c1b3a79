import { describe, expect, test } from "@jest/globals";
import { awkwardZones as zones } from "../../testing/awkward-zones.ts";
import { dateFormats } from "./format-date.ts";

const locales = ["en-GB", "en-US", "de-DE", "fi-FI", "ar-EG", "ja-JP"];

describe("an instant as its reader writes it", () => {
  test.each([
    ["en-GB", "Europe/London", "2026-12-31T04:05:09Z", "Thu, 31 Dec 2026, 04:05", "04:05"],
    ["en-GB", "Europe/London", "2026-12-31T16:05:09Z", "Thu, 31 Dec 2026, 16:05", "16:05"],
    ["en-US", "America/New_York", "2026-12-31T09:05:09Z", "Thu, Dec 31, 2026, 4:05 AM", "4:05 AM"],
    ["en-US", "America/New_York", "2026-12-31T21:05:09Z", "Thu, Dec 31, 2026, 4:05 PM", "4:05 PM"],
    ["de-DE", "Europe/Berlin", "2026-12-31T03:05:09Z", "Do., 31. Dez. 2026, 04:05", "04:05"],
    ["de-DE", "Europe/Berlin", "2026-12-31T15:05:09Z", "Do., 31. Dez. 2026, 16:05", "16:05"],
    ["fi-FI", "Europe/Helsinki", "2026-12-31T02:05:09Z", "to 31.12.2026 klo 4.05", "4.05"],
    ["fi-FI", "Europe/Helsinki", "2026-12-31T14:05:09Z", "to 31.12.2026 klo 16.05", "16.05"],
    // The last half minute of a year, where it is the next one already, and where it is not.
    ["en-GB", "Europe/London", "2026-12-31T23:59:30Z", "Thu, 31 Dec 2026, 23:59", "23:59"],
    ["en-GB", "Pacific/Kiritimati", "2026-12-31T23:59:30Z", "Fri, 1 Jan 2027, 13:59", "13:59"],
    ["en-GB", "Asia/Kathmandu", "2026-12-31T18:14:30Z", "Thu, 31 Dec 2026, 23:59", "23:59"],
    ["en-GB", "America/St_Johns", "2027-01-01T03:29:30Z", "Thu, 31 Dec 2026, 23:59", "23:59"],
    // A leap day, and midnight, which is hour 0.
    ["en-GB", "America/St_Johns", "2028-03-01T03:00:00Z", "Tue, 29 Feb 2028, 23:30", "23:30"],
    ["en-GB", "Europe/London", "2028-02-29T00:00:00Z", "Tue, 29 Feb 2028, 00:00", "00:00"],
    // Both nights on which clocks change: half an hour on Lord Howe Island.
    ["en-GB", "Europe/London", "2027-03-28T01:00:00Z", "Sun, 28 Mar 2027, 02:00", "02:00"],
    ["en-GB", "Europe/London", "2027-10-31T00:30:00Z", "Sun, 31 Oct 2027, 01:30", "01:30"],
    ["en-GB", "Europe/London", "2027-10-31T01:30:00Z", "Sun, 31 Oct 2027, 01:30", "01:30"],
    ["en-GB", "Australia/Lord_Howe", "2027-04-03T14:59:00Z", "Sun, 4 Apr 2027, 01:59", "01:59"],
    ["en-GB", "Australia/Lord_Howe", "2027-04-03T15:00:00Z", "Sun, 4 Apr 2027, 01:30", "01:30"],
  ])("%s in %s, %s", (locale, zone, instant, dateTime, time) => {
    const formats = dateFormats(locale, zone);
    expect(formats.dateTime(new Date(instant))).toBe(dateTime);
    expect(formats.time(new Date(instant))).toBe(time);
  });

  test("a zone that is named tells the two half past ones of an autumn night apart", () => {
    const { zonedDateTime } = dateFormats("en-GB", "Europe/London");
    const night = ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"].map((at) => zonedDateTime(new Date(at)));
    expect(night).toEqual(["Sun, 31 Oct 2027, 01:30 BST", "Sun, 31 Oct 2027, 01:30 GMT"]);
  });

  test.each(locales.flatMap((locale) => zones.map((zone) => [locale, zone] as const)))(
    "is the same time of day alone, after its date and with seconds, at every hour (%s, %s)",
    (locale, zone) => {
      const { dateTime, time, timeOfDay, day } = dateFormats(locale, zone);
      for (let hour = 0; hour < 24; hour++) {
        const instant = new Date(Date.UTC(2026, 11, 31, hour, 5, 9));
        expect(dateTime(instant)).toContain(time(instant));
        expect(dateTime(instant)).toContain(day(instant).split(/[,،]/)[0]);
        const digits = (text: string) => text.match(/\p{Nd}+/gu);
        expect(digits(timeOfDay(instant))?.slice(0, 2)).toEqual(digits(time(instant)));
      }
    },
  );
});
