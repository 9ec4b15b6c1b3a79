import { expect, it } from "@jest/globals";
import { withoutStack } from "./without-stack.ts";

const frames = (error: Error) => error.stack?.split("\n    at ").slice(1) ?? [];

it("leaves the stack out of the errors that it makes, and of no other", () => {
  expect(frames(withoutStack(() => new Error("told again")))).toEqual([]);
  expect(frames(new Error("own"))).not.toEqual([]);
  const failing = () => {
    throw new Error("could not be made");
  };
  expect(() => withoutStack(failing)).toThrow("could not be made");
  expect(frames(new Error("own"))).not.toEqual([]);
});
