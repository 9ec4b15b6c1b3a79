import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "@jest/globals";
import { ApplicationFailure } from "@temporalio/common";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { ERROR_DOMAIN } from "@ticketing/runtime/process/domain-error";
import { answering, asking } from "./refusal.ts";

/** Also with reasons that this release does not know, and with codes of another one. */
function refused(code: Code, reason: string) {
  const value = { reason, domain: ERROR_DOMAIN, metadata: { stripeCode: "x" } };
  return Promise.reject(new ConnectError("no", code, undefined, [{ desc: ErrorInfoSchema, value }]));
}

async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a call that was refused", () => {
  it.each([
    [Code.NotFound, "ORDER_NOT_FOUND"],
    [Code.FailedPrecondition, "CHARGE_DISPUTED"],
    [Code.FailedPrecondition, "REFUND_REFUSED"],
    [Code.InvalidArgument, "BAD_PAGE_TOKEN"],
    [Code.PermissionDenied, "NOT_YOUR_ORDER"],
  ])("with %s %s is refused by every repeat", async (code, reason) => {
    expect(await failure(asking(refused(code, reason)))).toMatchObject({
      type: reason,
      nonRetryable: true,
      details: [{ stripeCode: "x" }],
    });
  });

  it.each([
    [Code.Unavailable, "STRIPE_UNAVAILABLE"],
    [Code.Unavailable, "A_REASON_THAT_CAME_LATER"],
    [Code.ResourceExhausted, "TOO_BUSY"],
    [Code.Aborted, "CONTENTION"],
    [Code.Unauthenticated, "SERVICE_TOKEN_REQUIRED"],
    [Code.PermissionDenied, "SERVICE_NOT_ALLOWED"],
    [Code.FailedPrecondition, "STRIPE_KEY_REFUSED"],
  ])("with %s %s is tried again, and the reason is known", async (code, reason) => {
    const error = await failure(answering(refused(code, reason), "done"));
    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(error).toMatchObject({ type: reason, nonRetryable: false });
  });

  it("because it breaks the contract is refused by every repeat, and has no reason of its own", async () => {
    const error = new ConnectError("order_id: must be a UUID", Code.InvalidArgument);
    expect(await failure(asking(Promise.reject(error)))).toMatchObject({
      type: "INVALID_REQUEST",
      nonRetryable: true,
    });
  });

  it.each([Code.Unimplemented, Code.Internal, Code.Unknown, Code.DeadlineExceeded])(
    "without a reason, with code %s, is tried again: the callee may be of another release, or away",
    async (code) => {
      const error = new ConnectError("away", code);
      expect(await failure(asking(Promise.reject(error)))).toBe(error);
    },
  );

  it("as its caller expects has the answer that the caller gave the reason", async () => {
    const call = refused(Code.FailedPrecondition, "LOCK_LOST");
    expect(await answering(call, "sold", { LOCK_LOST: "lost" })).toBe("lost");
  });
});
