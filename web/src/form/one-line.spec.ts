import { expect, test } from "@jest/globals";
import { oneLine } from "./one-line.ts";

test("lines become one, without space at either end", () => {
  expect(oneLine("  It was red.\r\n\n\tI went home. \n")).toBe("It was red. I went home.");
  expect(oneLine(" \n")).toBe("");
});
