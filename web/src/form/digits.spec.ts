import { expect, test } from "@jest/globals";
import { latinDigits } from "./digits.ts";

test.each([
  ["arab", "٠١٢٣٤٥٦٧٨٩"],
  ["arabext", "۰۱۲۳۴۵۶۷۸۹"],
  ["deva", "०१२३४५६७८९"],
  ["beng", "০১২৩৪৫৬৭৮৯"],
  ["thai", "๐๑๒๓๔๕๖๗๘๙"],
  ["fullwide", "０１２３４５６７８９"],
  ["latn", "0123456789"],
  ["mathmono", "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿"],
])("%s digits", (_, digits) => {
  expect(latinDigits(digits)).toBe("0123456789");
});

test("the digits of every script that the platform can write", () => {
  // These systems write numbers with letters or words and have no digits.
  const withoutDigits = ["hanidec", "roman", "romanlow"];
  const systems = Intl.supportedValuesOf("numberingSystem").filter((name) => !withoutDigits.includes(name));
  for (const numberingSystem of systems) {
    const format = new Intl.NumberFormat("en", { numberingSystem, useGrouping: false });
    expect([numberingSystem, latinDigits(format.format(9_876_543_210))]).toEqual([
      numberingSystem,
      "9876543210",
    ]);
  }
});

test("all else stays", () => {
  expect(latinDigits("½ ² Ⅷ 一 €1,٥")).toBe("½ ² Ⅷ 一 €1,5");
});
