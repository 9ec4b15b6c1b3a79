import { describe, expect, it } from "@jest/globals";
import { reasonOf } from "@ticketing/runtime/domain-error";
import { noLocks, recordLapse, releaseSlot, takeSlot } from "./buyer-locks.ts";

const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1, 0, minutes));
const policy = { limit: 2, lapseLimit: 3, lapseWindowMs: 60 * 60_000, cooldownMs: 15 * 60_000 };
const reason = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return reasonOf(error);
  }
  return "allowed";
};

describe("a buyer's locks", () => {
  it("are limited at a time, and a slot whose time is over is free", () => {
    let locks = takeSlot(noLocks("b"), "o1", at(15), policy, at(0));
    locks = takeSlot(locks, "o2", at(15), policy, at(0));
    expect(reason(() => takeSlot(locks, "o3", at(15), policy, at(1)))).toBe("LOCK_LIMIT");
    expect(takeSlot(locks, "o1", at(15), policy, at(1))).toBe(locks);
    expect(reason(() => takeSlot(releaseSlot(locks, "o1"), "o3", at(15), policy, at(1)))).toBe("allowed");
    expect(reason(() => takeSlot(locks, "o3", at(31), policy, at(16)))).toBe("allowed");
  });
  it("pause after three that ran out within the hour, told or by time alone", () => {
    let locks = noLocks("b");
    for (const order of ["o1", "o2"]) {
      locks = recordLapse(takeSlot(locks, order, at(15), policy, at(0)), order, policy, at(15));
    }
    locks = takeSlot(locks, "o3", at(30), policy, at(15));
    expect(reason(() => takeSlot(locks, "o4", at(46), policy, at(31)))).toBe("LOCK_COOLDOWN");
    expect(reason(() => takeSlot(locks, "o4", at(61), policy, at(45)))).toBe("allowed");
  });
  it("count a lapse once", () => {
    const taken = takeSlot(noLocks("b"), "o1", at(15), policy, at(0));
    const lapsed = recordLapse(taken, "o1", policy, at(15));
    expect(recordLapse(lapsed, "o1", policy, at(16))).toBe(lapsed);
  });
});
