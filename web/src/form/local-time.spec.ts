import { describe, expect, test } from "@jest/globals";
import { awkwardZones, inZones } from "../../testing/in-zone.ts";
import { localText } from "./local-time.ts";

const module = new URL("./local-time.ts", import.meta.url);
const programs = new URL("../../testing/in-zone-programs.ts", import.meta.url);

describe("a day and time that a seller types", () => {
  test("is by the clock of where the seller is", () => {
    const cases = [
      ["Europe/London", "2026-12-31T23:59", "2026-12-31T23:59:00.000Z"],
      ["Europe/London", "2027-07-04T19:30", "2027-07-04T18:30:00.000Z"],
      ["America/St_Johns", "2026-12-31T23:59", "2027-01-01T03:29:00.000Z"],
      ["America/St_Johns", "2027-07-04T19:30", "2027-07-04T22:00:00.000Z"],
      ["Asia/Kathmandu", "2028-02-29T00:00", "2028-02-28T18:15:00.000Z"],
      ["Pacific/Kiritimati", "2027-01-01T00:00", "2026-12-31T10:00:00.000Z"],
      ["Australia/Lord_Howe", "2027-01-15T20:00", "2027-01-15T09:00:00.000Z"],
      ["Australia/Lord_Howe", "2027-07-15T20:00", "2027-07-15T09:30:00.000Z"],
    ] as const;
    const instants = inZones(
      module,
      "localDate",
      cases.map(([zone, text]) => [zone, text]),
    );
    expect(cases.map(([zone, text], index) => [zone, text, instants[index]])).toEqual(cases);
  });

  test("stands in the field as it was typed", () => {
    const texts = [
      ...["2026-12-31T23:59", "2027-01-01T00:00", "2028-02-29T12:00", "2027-03-28T04:05"],
      ...["2027-10-31T04:05", "2027-10-31T16:05", "2027-11-07T00:30", "2027-04-04T03:00"],
    ];
    const cases = awkwardZones.flatMap((zone) => texts.map((text) => [zone, text] as const));
    expect(inZones(programs, "typedAndShown", cases)).toEqual(cases.map(([, text]) => text));
  });
});

test.each([
  ["America/New_York", "2030-06-07T00:00:00Z", "2030-06-06T20:00"],
  ["Asia/Kathmandu", "2027-12-31T18:15:00Z", "2028-01-01T00:00"],
  ["Australia/Lord_Howe", "2027-04-03T14:45:00Z", "2027-04-04T01:45"],
])("an instant can be written by the clocks of a venue in %s", (zone, instant, text) => {
  expect(localText(new Date(instant), zone)).toBe(text);
});
