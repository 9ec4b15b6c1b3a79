import { expect, it } from "@jest/globals";
import { missingTexts } from "./texts.ts";

it("says what the payment partner asks for in words, each thing once", () => {
  expect(
    missingTexts(["individual.dob.day", "individual.dob.month", "external_account", "person_1.relationship"]),
  ).toEqual(["Your date of birth", "Your bank account", "Other details"]);
  expect(missingTexts([])).toEqual([]);
});
