import { expect, test } from "@jest/globals";
import { isolate } from "./isolate.ts";

test.each(["مساء الأوتار", "ערב מיתרים", "Row ב", "ޖަޒް", "𞤀𞤁", "𐤀", "ﷺ"])(
  "%s turns nothing around it",
  (written) => {
    expect(isolate(written)).toBe(`\u2068${written}\u2069`);
  },
);

test.each(["Evening of Strings", "夜の弦", "Вечер", "वायलिन", "12", "", "🎷", "٤٥"])("%s", (written) => {
  const alone = written === "٤٥" ? `\u2068${written}\u2069` : written;
  expect(isolate(written)).toBe(alone);
});
