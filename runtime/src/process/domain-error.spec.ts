import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "@jest/globals";
import { ReasonSchema } from "@ticketing/proto/errors/v1/reason";
import { ErrorInfoSchema, RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import type { Reason } from "@ticketing/proto/reason";
import { DomainError, errorInfoOf, reasonOf, toConnectError } from "./domain-error.ts";

const locked = new DomainError("TICKET_LOCKED", "the ticket is locked", {
  lockedUntil: "2026-01-01T00:15:00Z",
});

describe("a domain error", () => {
  it("crosses the wire with its code, its message, its reason and its facts", () => {
    const sent = toConnectError(locked);
    expect(sent.code).toBe(Code.FailedPrecondition);
    expect(sent.rawMessage).toBe("the ticket is locked");
    expect(errorInfoOf(sent)).toMatchObject({
      reason: "TICKET_LOCKED",
      metadata: { lockedUntil: "2026-01-01T00:15:00Z" },
    });
  });

  it("says when to try again if what it needs is away, and never if a rule refuses", () => {
    const away = new DomainError("DATABASE_UNAVAILABLE", "not now");
    const delays = [away, locked].map((error) =>
      toConnectError(error)
        .findDetails(RetryInfoSchema)
        .map(({ retryDelay }) => retryDelay?.seconds),
    );
    expect(delays).toEqual([[1n], []]);
  });

  it.each(ReasonSchema.values.slice(1).map(({ localName }) => localName as Reason))(
    "for %s has a code in the contract",
    (reason) => {
      const { code } = new DomainError(reason, "no");
      expect(code).toBeGreaterThan(Code.Canceled);
      expect(code).not.toBe(Code.Unknown);
    },
  );

  it.each([
    ["LOCK_COOLDOWN", { retryTime: expect.stringMatching(/^\d{4}-.*Z$/) }],
    ["BUSY", { retryAfter: "3", place: "9" }],
  ] as const)("for %s that time ends says how long, also to clients of before", (reason, facts) => {
    const sent = toConnectError(new DomainError(reason, "wait", { place: "9" }, 2_500));
    expect(sent.findDetails(RetryInfoSchema)).toMatchObject([
      { retryDelay: { seconds: 2n, nanos: 500_000_000 } },
    ]);
    expect(errorInfoOf(sent)?.metadata).toMatchObject(facts);
  });

  it("has the same reason here as in the calling service", () => {
    expect(reasonOf(locked)).toBe("TICKET_LOCKED");
    expect(reasonOf(toConnectError(locked))).toBe("TICKET_LOCKED");
  });

  it("is not seen in errors of other domains or without a reason", () => {
    const value = { reason: "TICKET_LOCKED", domain: "example.com", metadata: {} };
    const foreign = new ConnectError("no", Code.Aborted, undefined, [{ desc: ErrorInfoSchema, value }]);
    for (const error of [foreign, new ConnectError("no"), new Error("no"), undefined, "TICKET_LOCKED"]) {
      expect(reasonOf(error)).toBeUndefined();
    }
  });
});
