import { expect, test } from "@jest/globals";
import { daysOf, spanOf } from "./days.ts";

const on = (day: string) => new Date(`${day}T12:00`);

test.each([
  // From Monday to Thursday the weekend lies ahead; then it is what is left of it.
  ["2026-11-23", "2026-11-27", "2026-11-29"],
  ["2026-11-26", "2026-11-27", "2026-11-29"],
  ["2026-11-27", "2026-11-27", "2026-11-29"],
  ["2026-11-28", "2026-11-28", "2026-11-29"],
  ["2026-11-29", "2026-11-29", "2026-11-29"],
  ["2026-12-30", "2027-01-01", "2027-01-03"],
])("on %s this weekend is from %s to %s", (today, from, to) => {
  expect(daysOf("weekend", on(today))).toEqual({ from, to });
});

test.each([
  ["2026-11-30", "2026-12-01", "2026-12-31"],
  ["2026-12-31", "2027-01-01", "2027-01-31"],
  ["2028-01-31", "2028-02-01", "2028-02-29"],
])("on %s next month is from %s to %s", (today, from, to) => {
  expect(daysOf("nextMonth", on(today))).toEqual({ from, to });
});

test("an address is known again as the span that it was made from, and no other", () => {
  const today = on("2026-11-25");
  expect(spanOf("2026-11-27", "2026-11-29", today)).toBe("weekend");
  expect(spanOf("2026-11-25", "2026-11-25", today)).toBe("today");
  expect(spanOf("2026-11-27", "2026-11-30", today)).toBeUndefined();
  expect(spanOf(undefined, undefined, today)).toBeUndefined();
});
