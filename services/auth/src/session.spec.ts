import { describe, expect, it } from "@jest/globals";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import {
  isRevoked,
  newSecret,
  openSession,
  parseRefreshToken,
  refreshToken,
  revoke,
  rotate,
} from "./session.ts";

const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, seconds));
const id = "0190b8a0-0000-7000-8000-000000000000";
const session = (secret: string) => openSession({ id, userId: "u", secret, lifetimeMs: 3_600_000 }, at(0));
const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};
const reason = (work: () => unknown) => reasonOf(thrown(work)) ?? "allowed";

describe("a session", () => {
  it("goes on with each new token", () => {
    const second = rotate(session("a"), "a", "b", at(1));
    expect(isRevoked(rotate(second, "b", "c", at(100)))).toBe(false);
  });
  it("gives two tabs that renew at once a token each", () => {
    const first = rotate(session("a"), "a", "b", at(1));
    const second = rotate(first, "a", "c", at(31));
    expect(isRevoked(second)).toBe(false);
    expect(isRevoked(rotate(second, "b", "d", at(32)))).toBe(false);
    expect(isRevoked(rotate(second, "c", "d", at(32)))).toBe(false);
  });
  it("ends when a token is used again later, or one that it never gave out", () => {
    const rotated = rotate(session("a"), "a", "b", at(1));
    expect(isRevoked(rotate(rotated, "a", "c", at(32)))).toBe(true);
    expect(isRevoked(rotate(rotated, "stolen", "c", at(2)))).toBe(true);
  });
  it("keeps of two siblings the one that is used, and ends when the other comes back later", () => {
    const both = rotate(rotate(session("a"), "a", "b", at(1)), "a", "c", at(2));
    const usedOne = rotate(both, "b", "d", at(900));
    expect(isRevoked(rotate(usedOne, "d", "e", at(1_800)))).toBe(false);
    expect(isRevoked(rotate(usedOne, "c", "e", at(901)))).toBe(true);
  });
  it("goes on while answers are lost, as long as each repeat comes within 30 seconds of the last", () => {
    let current = session("a");
    for (let n = 0; n < 50; n++) current = rotate(current, "a", `lost ${n}`, at(n * 30));
    expect(isRevoked(rotate(current, "lost 49", "next", at(3_000)))).toBe(false);
    expect(isRevoked(rotate(current, "a", "next", at(49 * 30 + 31)))).toBe(true);
    expect(current.tokens.length).toBeLessThanOrEqual(3);
  });
  it("of before, whose tokens have no time of issue and are full of lost answers, goes on", () => {
    const tokens = [...Array(20).keys()].map((n) => ({
      ...session(`old ${n}`).tokens[0],
      issuedTime: undefined,
    }));
    const old = { ...session("a"), tokens } as ReturnType<typeof session>;
    const next = rotate(old, "old 3", "next", at(900));
    expect(isRevoked(next)).toBe(false);
    expect(isRevoked(rotate(next, "next", "more", at(1_800)))).toBe(false);
  });
  it("is over once revoked or expired", () => {
    expect(reason(() => rotate(revoke(session("a"), at(1)), "a", "b", at(2)))).toBe("SESSION_EXPIRED");
    expect(reason(() => rotate(session("a"), "a", "b", at(3_600)))).toBe("SESSION_EXPIRED");
  });
  it("gives out ten tokens in ten seconds, then says correctly how long to wait", () => {
    let current = session("0");
    for (let n = 1; n < 10; n++) current = rotate(current, "0", String(n), at(n / 2));
    const refused = thrown(() => rotate(current, "0", "more", at(7)));
    expect(errorInfoOf(refused)).toMatchObject({ reason: "TOO_MANY_TOKENS", metadata: { retryAfter: "3" } });
    for (const secret of ["0", "1", "9"]) {
      const goesOn = rotate(current, secret, "more", at(7 + 3));
      expect(isRevoked(goesOn)).toBe(false);
    }
  });
  it("does not ask a token to wait until it is no longer good", () => {
    let current = rotate(session("0"), "0", "1", at(0));
    for (let n = 1; n < 11; n++) current = rotate(current, String(n), String(n + 1), at(16 + n / 10));
    expect(reason(() => rotate(current, "11", "more", at(18)))).toBe("TOO_MANY_TOKENS");
    expect(isRevoked(rotate(current, "0", "more", at(18)))).toBe(false);
  });
  it("stores no secret", () => {
    const secret = newSecret();
    const opened = session(secret);
    expect(JSON.stringify(opened)).not.toContain(secret);
    expect(parseRefreshToken(refreshToken(opened, secret))).toEqual({ sessionId: id, secret });
    expect(parseRefreshToken("nonsense")).toBeUndefined();
  });
});
