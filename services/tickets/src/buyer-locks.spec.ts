import { describe, expect, it } from "@jest/globals";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import {
  type BuyerLocks,
  endSlotAt,
  giveUp,
  noLocks,
  returnSlot,
  type Standing,
  slotsToAsk,
  takeSlot,
} from "./buyer-locks.ts";

const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1) + minutes * 60_000);
const policy = { limit: 2, lapseLimit: 3, lapseWindowMs: 60 * 60_000, cooldownMs: 15 * 60_000 };
const nothing = new Map<string, Standing>();
/** Orders that hold their tickets, each until a minute. */
const found = (minute: number, ...orderIds: string[]) =>
  new Map<string, Standing>(orderIds.map((id) => [id, { lockedUntil: at(minute) }]));
/** How the tickets stand that are asked: free of all orders but those named. */
const standings = (locks: BuyerLocks, held: ReadonlyMap<string, Standing>, now: Date) =>
  new Map(slotsToAsk(locks, policy, now).map(({ orderId }) => [orderId, held.get(orderId) ?? "free"]));
const reason = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return reasonOf(error);
  }
  return "allowed";
};
/** Takes a slot for fifteen minutes, for the order's own ticket unless another is named. */
const take = (
  locks: BuyerLocks,
  orderId: string,
  minute: number,
  { ticketId = `ticket of ${orderId}`, held = nothing } = {},
) => {
  const now = at(minute);
  const hold = { orderId, ticketId, expireTime: at(minute + 15) };
  return takeSlot(locks, hold, standings(locks, held, now), policy, now);
};
const ofTicket = (orderId: string, minute: number) => ({
  orderId,
  ticketId: `ticket of ${orderId}`,
  time: at(minute),
});
/** The order gives its lock up; the ticket is found without it when it is asked. */
const end = (locks: BuyerLocks, orderId: string, minute: number, strike: number, told = minute) =>
  giveUp(locks, ofTicket(orderId, minute), strike, policy, at(told));

describe("a buyer's locks", () => {
  it("are limited at a time, and a slot whose time is over is free", () => {
    const locks = take(take(noLocks("b"), "o1", 0), "o2", 0);
    const held = found(15, "o1", "o2");
    expect(reason(() => take(locks, "o3", 1, { held }))).toBe("LOCK_LIMIT");
    expect(reason(() => take(returnSlot(locks, "o1"), "o3", 1, { held }))).toBe("allowed");
    expect(reason(() => take(locks, "o3", 15))).toBe("allowed");
  });

  it("are each for one ticket, from the slot on and after its end, however it ended", () => {
    const other = { ticketId: "another" };
    const taken = take(noLocks("b"), "o1", 0);
    expect(reason(() => take(taken, "o1", 0, other))).toBe("REQUEST_ID_REUSED");
    expect(reason(() => take(taken, "o1", 15, other))).toBe("REQUEST_ID_REUSED");
    for (const strike of [0, 0.5, 1]) {
      expect(reason(() => take(end(taken, "o1", 5, strike), "o1", 6, other))).toBe("REQUEST_ID_REUSED");
    }
    expect(reason(() => take(returnSlot(taken, "o1"), "o1", 1, other))).toBe("allowed");
  });

  it("take one slot for an order that is asked for twice, given back when both were refused", () => {
    const twice = take(take(noLocks("b"), "o1", 0), "o1", 0);
    expect(twice.slots).toHaveLength(1);
    const once = returnSlot(twice, "o1");
    expect(once.slots).toHaveLength(1);
    expect(returnSlot(once, "o1").slots).toEqual([]);
  });

  it("keep a slot of the release before that two calls asked for, whoever is refused", () => {
    const slot = { orderId: "o1", ticketId: "ticket of o1", expireTime: at(15), shared: true };
    const old = take({ ...noLocks("b"), slots: [slot] }, "o1", 0);
    expect(returnSlot(returnSlot(old, "o1"), "o1").slots).toHaveLength(1);
  });

  it("tell a buyer whose calls are in doubt to wait for the doubt, not for the locks they never got", () => {
    const locks = take(take(noLocks("b"), "o1", 0), "o2", 0);
    const asked = () => take(locks, "o3", 0.25);
    expect(reason(asked)).toBe("LOCK_LIMIT");
    expect(asked).toThrow(expect.objectContaining({ retryMs: 15_000 }));
  });

  it("are asked of their tickets where no place is left", () => {
    const one = take(noLocks("b"), "o1", 0);
    expect(slotsToAsk(one, policy, at(1))).toEqual([]);
    const locks = take(one, "o2", 0);
    expect(slotsToAsk(locks, policy, at(1)).map(({ orderId }) => orderId)).toEqual(["o1", "o2"]);
    expect(slotsToAsk(locks, policy, at(15))).toEqual([]);
    // What the ticket does not hold is free, and nothing is held against the buyer for it.
    const next = take(locks, "o3", 1, { held: found(15, "o2") });
    expect(next.slots.map(({ orderId }) => orderId)).toEqual(["o2", "o3"]);
    expect(next.ended).toMatchObject([{ orderId: "o1", strike: 0 }]);
  });

  it("are kept while a lock call may be under way, unless their order is spent", () => {
    const locks = take(take(noLocks("b"), "o1", 0), "o2", 0);
    expect(reason(() => take(locks, "o3", 0.49))).toBe("LOCK_LIMIT");
    expect(reason(() => take(locks, "o3", 0.5))).toBe("allowed");
    const next = take(locks, "o3", 0.1, { held: new Map([["o1", "spent"]]) });
    expect(next.slots.map(({ orderId }) => orderId)).toEqual(["o2", "o3"]);
    expect(next.ended).toMatchObject([{ orderId: "o1", ticketId: "ticket of o1", strike: 0 }]);
  });

  it("keep their slot, once given up, until the ticket is seen without the lock", () => {
    const taken = take(take(noLocks("b"), "o1", 0), "o2", 0);
    const givenUp = end(taken, "o1", 0.1, 0.5);
    expect(givenUp.ended).toMatchObject([{ orderId: "o1", strike: 0.5 }]);
    const held = found(15, "o1", "o2");
    expect(reason(() => take(givenUp, "o3", 0.2, { held }))).toBe("LOCK_LIMIT");
    expect(reason(() => take(givenUp, "o3", 0.2))).toBe("allowed");
    // Another slot that was taken meanwhile leaves it as it is.
    const wide = { ...policy, limit: 3 };
    const more = (locks: BuyerLocks, orderId: string, told: ReadonlyMap<string, Standing>) =>
      takeSlot(locks, { orderId, ticketId: `ticket of ${orderId}`, expireTime: at(20) }, told, wide, at(0.2));
    const three = more(givenUp, "o3", nothing);
    expect(reason(() => more(three, "o4", held))).toBe("LOCK_LIMIT");
    expect(reason(() => more(three, "o4", new Map([["o1", "free"]])))).toBe("allowed");
  });

  it("are free with the lock that was written, also when its deadline is sooner than it could have been", () => {
    const taken = take(take(noLocks("b"), "o1", 0), "o2", 0);
    expect(reason(() => take(endSlotAt(taken, "o1", at(0.2)), "o3", 0.1))).toBe("LOCK_LIMIT");
    expect(reason(() => take(endSlotAt(taken, "o1", at(0.2)), "o3", 0.2))).toBe("allowed");
    // Found on the ticket where the process died before it could say so.
    const held = found(2, "o1", "o2");
    expect(reason(() => take(taken, "o3", 1, { held }))).toBe("LOCK_LIMIT");
    expect(reason(() => take(taken, "o3", 2, { held }))).toBe("allowed");
    expect(endSlotAt(taken, "o1", at(15))).toBe(taken);
    expect(endSlotAt(taken, "none", at(1))).toBe(taken);
  });

  it("that were written before slots named their ticket live until their deadline", () => {
    const old = { ...noLocks("b"), slots: ["o1", "o2"].map((orderId) => ({ orderId, expireTime: at(15) })) };
    expect(slotsToAsk(old, policy, at(10))).toEqual([]);
    expect(reason(() => take(old, "o3", 10))).toBe("LOCK_LIMIT");
    expect(reason(() => take(old, "o1", 10))).toBe("REQUEST_ID_REUSED");
    expect(reason(() => take(old, "o3", 15))).toBe("allowed");
    const lapses = ["o1", "o2", "o3"].map((orderId) => ({ orderId, time: at(5) }));
    expect(reason(() => take({ ...old, slots: [], lapses }, "o4", 10))).toBe("LOCK_COOLDOWN");
    // A replica of that release and this one count the same lapse once.
    const both = { ...old, slots: [], lapses: lapses.slice(1) };
    expect(end(both, "o2", 5, 1, 6)).toBe(both);
    const counted = take({ ...old, slots: [], lapses: lapses.slice(1) }, "o4", 10);
    expect(counted).toMatchObject({ lapses: [], ended: [{ strike: 1 }, { strike: 1 }] });
  });
});

describe("a pause", () => {
  const after = (...ends: [minute: number, strike: number, told?: number][]) =>
    ends.reduce(
      (locks, [minute, strike, told], n) =>
        end(take(locks, `o${n}`, minute - 1), `o${n}`, minute, strike, told),
      noLocks("b"),
    );
  const allowed = (locks: BuyerLocks, minute: number) => reason(() => take(locks, "next", minute));

  it("comes of three lapses within the hour, and counts from the last deadline", () => {
    const locks = after([10, 1], [20, 1], [30, 1]);
    expect(allowed(locks, 44)).toBe("LOCK_COOLDOWN");
    expect(allowed(locks, 45)).toBe("allowed");
    expect(allowed(after([10, 1], [20, 1], [71, 1]), 72)).toBe("allowed");
  });
  it("comes of six locks that were cancelled or declined, each a half", () => {
    const cancelled = Array.from({ length: 6 }, (_, n): [number, number] => [n + 2, 0.5]);
    expect(allowed(after(...cancelled.slice(1)), 8)).toBe("allowed");
    expect(allowed(after(...cancelled), 8)).toBe("LOCK_COOLDOWN");
    expect(allowed(after([2, 1], [3, 1], [4, 0.5], [5, 0.5]), 6)).toBe("LOCK_COOLDOWN");
  });
  it("is over by now when a worker tells of old lapses late", () => {
    expect(allowed(after([10, 1, 40], [11, 1, 40], [12, 1, 40]), 41)).toBe("allowed");
  });
  it("is not brought by time alone: an order that was paid in time may wait for its workflow", () => {
    let locks = noLocks("b");
    for (const minute of [0, 16, 32]) locks = take(locks, `o${minute}`, minute);
    expect(allowed(locks, 48)).toBe("allowed");
    // Refusal later, each counts by its deadline.
    for (const minute of [0, 16, 32]) locks = end(locks, `o${minute}`, minute + 15, 1, 49);
    expect(allowed(locks, 49)).toBe("LOCK_COOLDOWN");
    expect(allowed(locks, 62)).toBe("allowed");
  });
  it("counts an order once", () => {
    const once = end(take(noLocks("b"), "o1", 0), "o1", 5, 0.5);
    expect(end(once, "o1", 15, 1)).toBe(once);
    expect(end(once, "o1", 15, 0)).toBe(once);
  });
});
