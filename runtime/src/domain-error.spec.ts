import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "@jest/globals";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { DomainError, errorInfoOf, reasonOf, toConnectError } from "./domain-error.ts";

const locked = new DomainError(Code.FailedPrecondition, "TICKET_LOCKED", "the ticket is locked", {
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

  it("tells its reason here as in the service that called", () => {
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
