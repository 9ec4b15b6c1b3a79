import { describe, expect, it } from "@jest/globals";
import { requireFewDeclines } from "./decline-limit.ts";

const MINUTE = 60_000;
const limit = { count: 3, windowMs: 60 * MINUTE };
const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 0, minute));
function refusal(times: Date[], now: Date) {
  try {
    requireFewDeclines(times, limit, now);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("declines of one buyer", () => {
  it("are borne below the limit, and at it no further until the oldest that counts is an hour old", () => {
    expect(refusal([at(0), at(10)], at(20))).toBeUndefined();
    const times = [at(20), at(0), at(10)];
    expect(refusal(times, at(21))).toMatchObject({ reason: "TOO_MANY_DECLINES", retryMs: 39 * MINUTE });
    expect(refusal(times, at(59))).toMatchObject({ retryMs: MINUTE });
    expect(refusal(times, at(60))).toBeUndefined();
  });

  it("above the limit keep the buyer waiting until fewer than the limit are left", () => {
    const times = [at(0), at(1), at(2), at(3), at(4)];
    expect(refusal(times, at(5))).toMatchObject({ retryMs: 57 * MINUTE });
    expect(refusal(times, at(62))).toBeUndefined();
  });

  it("of long ago are forgotten", () => {
    expect(refusal([at(0), at(1), at(2), at(3)], at(24 * 60))).toBeUndefined();
  });
});
