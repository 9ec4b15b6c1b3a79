import { describe, expect, test } from "@jest/globals";
import { awkwardZones, inZone } from "../../testing/in-zone.ts";

const module = new URL("./local-time.ts", import.meta.url);
const localDate = (zone: string, texts: readonly string[]) => inZone(zone, module, "localDate", texts);

describe("a day and time that a seller types", () => {
  test.each([
    ["Europe/London", "2026-12-31T23:59", "2026-12-31T23:59:00.000Z"],
    ["Europe/London", "2027-07-04T19:30", "2027-07-04T18:30:00.000Z"],
    ["America/St_Johns", "2026-12-31T23:59", "2027-01-01T03:29:00.000Z"],
    ["America/St_Johns", "2027-07-04T19:30", "2027-07-04T22:00:00.000Z"],
    ["Asia/Kathmandu", "2028-02-29T00:00", "2028-02-28T18:15:00.000Z"],
    ["Pacific/Kiritimati", "2027-01-01T00:00", "2026-12-31T10:00:00.000Z"],
    ["Australia/Lord_Howe", "2027-01-15T20:00", "2027-01-15T09:00:00.000Z"],
    ["Australia/Lord_Howe", "2027-07-15T20:00", "2027-07-15T09:30:00.000Z"],
  ])("is by the clock of %s: %s", (zone, text, instant) => {
    expect(localDate(zone, [text])).toEqual([instant]);
  });

  test.each(awkwardZones)("stands in the field as it was typed, in %s", (zone) => {
    const texts = [
      ...["2026-12-31T23:59", "2027-01-01T00:00", "2028-02-29T12:00", "2027-03-28T04:05"],
      ...["2027-10-31T04:05", "2027-10-31T16:05", "2027-11-07T00:30", "2027-04-04T03:00"],
    ];
    const instants = localDate(zone, texts);
    const program = new URL("../../testing/in-zone-programs.ts", import.meta.url);
    expect(inZone(zone, program, "localTextOf", instants)).toEqual(texts);
  });
});
