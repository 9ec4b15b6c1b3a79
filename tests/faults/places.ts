import { expect } from "@jest/globals";
import type { FaultMesh } from "./fault-mesh.ts";

/** A place in a process, and at which of its passages after the arming the process dies there. */
export type Place = readonly [process: string, place: string, nth?: number];

/** Before and after a step of a process. */
export const both = (process: string, place: string, nth?: number): Place[] => [
  [process, `${place}:before`, nth],
  [process, `${place}:after`, nth],
];

/**
 * Tells the story once for each place, at which the process dies from when the story arms it. Returns how many times it
 * was told.
 */
export async function killedAt(
  mesh: FaultMesh,
  places: readonly Place[],
  story: (arm: () => void) => Promise<unknown>,
): Promise<number> {
  for (const [name, place, nth] of places) {
    try {
      await story(() => mesh.arm(name, place, nth));
    } catch (error) {
      throw new Error(`${name} killed at ${place} ${nth ?? ""}`, { cause: error });
    }
    expect([name, place, nth, await mesh.died(name)]).toEqual([name, place, nth, true]);
    await mesh.serves(name);
  }
  return places.length;
}
