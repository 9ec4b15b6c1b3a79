import { expect, test } from "@jest/globals";
import { nearby } from "./remembered-city.ts";
import { browseSearch } from "./search.ts";

test("the start page is for the city that was chosen before, and an address that says what it wants is not", () => {
  expect(nearby(browseSearch({}), "Graz").city).toBe("Graz");
  expect(nearby(browseSearch({}), undefined).city).toBeUndefined();
  expect(nearby(browseSearch({ q: "hamlet" }), "Graz").city).toBeUndefined();
  expect(nearby(browseSearch({ city: "Linz" }), "Graz").city).toBe("Linz");
});
