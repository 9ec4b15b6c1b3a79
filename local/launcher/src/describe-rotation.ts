import type { Rotated } from "./key-rotation.ts";

const done = {
  add: "its new key is published beside the old one, which still signs",
  use: "its new key signs; what the old one signed is still good",
  drop: "its old key is gone; the rotation is complete",
} as const;
const coming = {
  add: "a new rotation can begin",
  use: "the new key can sign",
  drop: "the old key can go",
} as const;

/** One line about a step: what was done or not yet, and from when on the next one can be. */
export function describeRotation({ name, done: step, next }: Rotated): string {
  const from = new Date(next.from * 1000).toISOString().replace(".000", "");
  if (!step) return `${name}: too early; ${coming[next.step]} from ${from} on`;
  const then = step === "drop" ? "" : `; ${coming[next.step]} from ${from} on`;
  return `${name}: ${done[step]}${then}`;
}
