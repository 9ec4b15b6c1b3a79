import { afterAll, afterEach, beforeAll, expect, it, jest } from "@jest/globals";
import { Collection } from "mongodb";
import { openTicketWorld, type TicketWorld } from "../testing/ticket-world.ts";

let world: TicketWorld;
beforeAll(async () => {
  world = await openTicketWorld();
}, 60_000);
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => world?.close());

/** What is asked of each collection from now on. The driver's `findOne` is a `find`. */
function countCalls() {
  const calls = { read: ["find"], write: ["insertOne", "replaceOne", "updateOne"] } as const;
  const spies = Object.entries(calls).flatMap(([kind, names]) =>
    names.map((name) => ({ kind, spy: jest.spyOn(Collection.prototype, name) })),
  );
  return () => {
    const counts: Record<string, number> = {};
    for (const { kind, spy } of spies)
      for (const on of spy.mock.contexts) {
        const what = `${(on as Collection).collectionName} ${kind}`;
        counts[what] = (counts[what] ?? 0) + 1;
      }
    return counts;
  };
}

it("a ticket that is listed, locked and sold is read once for each of these, and written once", async () => {
  const buyerId = "01920000-0000-7000-8000-000000000001";
  // A buyer's first lock makes the document of the buyer's slots.
  await world.locked(buyerId);
  const counts = countCalls();
  const { ticketId, orderId } = await world.locked(buyerId);
  await world.workflows().sellTicket({ ticketId, orderId });
  // Whether the seller may sell is read before the listing and after it.
  expect(counts()).toEqual({
    ...{ "tickets read": 3, "tickets write": 3 },
    ...{ "buyer_locks read": 2 + 1, "buyer_locks write": 1 },
  });
});

it("the slots of a buyer who never locked anything are asked for and written once", async () => {
  const counts = countCalls();
  await world.locked();
  expect(counts()).toMatchObject({ "buyer_locks read": 2 + 1, "buyer_locks write": 1 });
});
