import { type Aggregate, type TransitionType, transitionsOf } from "../../src/documents/transition.ts";
import { BoatEventSchema, RenameReason } from "./boat-contract.ts";

const { begin, advance } = transitionsOf(BoatEventSchema);

/** A small aggregate, to see what declaring one takes: a contract, these rules and one call of `defineAggregate`. */
export interface Boat extends Aggregate<TransitionType<typeof BoatEventSchema>> {
  ownerId: string;
  name: string;
  createTime: Date;
}

/** A boat is there. */
export const launch = (boat: Pick<Boat, "_id" | "ownerId" | "name">, now: Date): Boat =>
  begin({ ...boat, createTime: now }, { case: "boatLaunched", value: {} }, now);

/** It gets another name; the same one again changes nothing. */
export function rename(boat: Boat, name: string, now: Date): Boat {
  if (boat.name === name) return boat;
  const value = { formerName: boat.name, reason: RenameReason.BAD_LUCK };
  return advance(boat, { case: "boatRenamed", value }, now, { name });
}
