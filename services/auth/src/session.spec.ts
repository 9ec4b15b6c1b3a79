import { describe, expect, it } from "@jest/globals";
import { reasonOf } from "@ticketing/runtime/domain-error";
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
const reason = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return reasonOf(error);
  }
  return "allowed";
};

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
  it("is over once revoked or expired", () => {
    expect(reason(() => rotate(revoke(session("a"), at(1)), "a", "b", at(2)))).toBe("SESSION_EXPIRED");
    expect(reason(() => rotate(session("a"), "a", "b", at(3_600)))).toBe("SESSION_EXPIRED");
  });
  it("does not grow without end", () => {
    let current = session("0");
    for (let n = 1; n < 10; n++) current = rotate(current, "0", String(n), at(1));
    expect(reason(() => rotate(current, "0", "more", at(1)))).toBe("TOO_MANY_TOKENS");
  });
  it("stores no secret", () => {
    const secret = newSecret();
    const opened = session(secret);
    expect(JSON.stringify(opened)).not.toContain(secret);
    expect(parseRefreshToken(refreshToken(opened, secret))).toEqual({ sessionId: id, secret });
    expect(parseRefreshToken("nonsense")).toBeUndefined();
  });
});
