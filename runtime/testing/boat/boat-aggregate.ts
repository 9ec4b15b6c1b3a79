import { defineAggregate } from "../../src/documents/aggregate.ts";
import { byNewest } from "../../src/documents/newest-first.ts";
import { DomainError } from "../../src/process/domain-error.ts";
import type { Boat } from "./boat.ts";
import { BoatEventSchema } from "./boat-contract.ts";

/** All that there is to say of boats beside their contract and their rules. */
export const boatAggregate = defineAggregate({
  collection: "boats",
  stream: "BOATS",
  event: BoatEventSchema,
  state: ({ _id, name, version }: Boat) => ({ id: _id, name, version: BigInt(version) }),
  notFound: () => new DomainError("TICKET_NOT_FOUND", "there is no such boat"),
  indexes: [{ key: { ownerId: 1, ...byNewest } }],
  keepHistory: 2,
});
