import { expect, test } from "@jest/globals";
import { localText } from "./local-time.ts";

test.each([
  ["America/New_York", "2030-06-07T00:00:00Z", "2030-06-06T20:00"],
  ["Asia/Kathmandu", "2027-12-31T18:15:00Z", "2028-01-01T00:00"],
  ["Australia/Lord_Howe", "2027-04-03T14:45:00Z", "2027-04-04T01:45"],
])("an instant can be written by the clocks of a venue in %s", (zone, instant, text) => {
  expect(localText(new Date(instant), zone)).toBe(text);
});
