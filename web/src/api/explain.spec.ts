import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "@jest/globals";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { formatDateTime } from "../design/format-date.ts";
import { explain } from "./explain.ts";

function refusal(reason: string, metadata: Record<string, string> = {}): ConnectError {
  const value = { reason, domain: "ticketing", metadata };
  return new ConnectError("no", Code.ResourceExhausted, undefined, [{ desc: ErrorInfoSchema, value }]);
}

test("who may open no more accounts is told so, and for how long", () => {
  const { title, text } = explain(refusal("TOO_MANY_ACCOUNTS", { retryAfter: "1500" }));
  expect(title).toBe("No more accounts for now");
  expect(text).toContain("Try again in 25 minutes.");
});

test("the end of a refund window is told with its day", () => {
  const { text } = explain(refusal("REFUND_WINDOW_CLOSED", { refundableUntil: "2026-12-31T12:00:00Z" }));
  expect(text).toContain(formatDateTime(new Date("2026-12-31T12:00:00Z")));
});

test.each(["NEWER_THAN_THIS_PAGE", "constructor", "__proto__", ""])(
  "a reason without words (%p) is a mistake of ours",
  (reason) => {
    expect(explain(refusal(reason)).title).toBe("Something went wrong on our side");
  },
);

test("a call that came too often can be made again, one that is too large cannot", () => {
  expect(explain(refusal("TOO_MANY_REQUESTS", { retryAfter: "1" }))).toMatchObject({
    title: "Too many requests",
    canRetry: true,
  });
  expect(explain(refusal("REQUEST_TOO_LARGE"))).toMatchObject({ title: "That is too long", canRetry: false });
});
