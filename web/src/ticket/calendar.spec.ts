import { expect, test } from "@jest/globals";
import { type CalendarEntry, calendarFile } from "./calendar.ts";

const now = new Date("2026-11-27T20:00:00.500Z");
const entry: CalendarEntry = {
  ...{ id: "9a0c", version: 7n, title: "Jazz", place: "Old Mill, Graz" },
  ...{ start: new Date("2026-12-17T22:14:00Z"), timeZone: "Europe/Vienna" },
};
const linesOf = (changes: Partial<CalendarEntry> = {}) =>
  calendarFile({ ...entry, ...changes }, now).split("\r\n");

test("an event is told by the clocks at its venue", () => {
  expect(linesOf()).toEqual([
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ticketing//Web//EN"],
    ...["BEGIN:VTIMEZONE", "TZID:Europe/Vienna", "BEGIN:STANDARD", "DTSTART:19700101T000000"],
    ...["TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE"],
    ...["BEGIN:VEVENT", "UID:9a0c", "SEQUENCE:7", "DTSTAMP:20261127T200000Z"],
    ...["DTSTART;TZID=Europe/Vienna:20261217T231400", "SUMMARY:Jazz", "LOCATION:Old Mill\\, Graz"],
    ...["END:VEVENT", "END:VCALENDAR", ""],
  ]);
});

test.each([
  ["Europe/Vienna", "2030-07-01T18:00:30Z", "+0200", "20300701T200000"],
  ["America/St_Johns", "2030-01-01T00:00:00Z", "-0330", "20291231T203000"],
  ["Asia/Kathmandu", "2030-01-01T00:00:00Z", "+0545", "20300101T054500"],
])("in %s at %s the offset is %s", (timeZone, start, offset, local) => {
  const lines = linesOf({ timeZone, start: new Date(start) });
  expect(lines).toContain(`TZOFFSETTO:${offset}`);
  expect(lines).toContain(`DTSTART;TZID=${timeZone}:${local}`);
});

test("where the zone is not known the start is an instant", () => {
  const lines = linesOf({ timeZone: "" });
  expect(lines).toContain("DTSTART:20261217T221400Z");
  expect(lines.join()).not.toContain("TZ");
});

test("what people wrote ends no line and begins no property", () => {
  expect(linesOf({ title: "a;b,c\\d\nBEGIN:VALARM" })).toContain("SUMMARY:a\\;b\\,c\\\\d\\nBEGIN:VALARM");
});

test("long lines are folded between characters, and are whole again without the folds", () => {
  const title = "é🎷".repeat(60);
  const file = calendarFile({ ...entry, title }, now);
  for (const line of file.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(file.replaceAll("\r\n ", "")).toContain(`SUMMARY:${title}\r\n`);
});
