import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, jest, test } from "@jest/globals";
import { ErrorInfoSchema, RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { formatDateTime, formatTime } from "../format/format-date.ts";
import { explain } from "./explain.ts";

function refusal(reason: string, metadata: Record<string, string> = {}, retryMs?: number): ConnectError {
  const error = new ConnectError("no", Code.ResourceExhausted);
  error.details.push({ desc: ErrorInfoSchema, value: { reason, domain: "ticketing", metadata } });
  const value = { retryDelay: durationFromMs(retryMs ?? 0) };
  if (retryMs !== undefined) error.details.push({ desc: RetryInfoSchema, value });
  return error;
}

test.each([
  ["", refusal("TOO_MANY_ACCOUNTS", {}, 1_441_000)],
  [", also by a server of the release before", refusal("TOO_MANY_ACCOUNTS", { retryAfter: "1441" })],
])("who may open no more accounts is told so, and for how long%s", (_, error) => {
  const { title, text } = explain(error);
  expect(title).toBe("No more accounts for now");
  expect(text).toContain("Try again in 25 minutes.");
});

test("who has to pause is told until when, by the clock of the device, and always the same", () => {
  const error = refusal("LOCK_COOLDOWN", {}, 15 * 60_000);
  jest.useFakeTimers({ now: new Date("2026-12-31T12:00:00Z") });
  const first = explain(error).text;
  jest.advanceTimersByTime(5 * 60_000);
  expect(explain(error).text).toBe(first);
  jest.useRealTimers();
  expect(first).toContain(`at ${formatTime(new Date("2026-12-31T12:15:00Z"))}.`);
  const before = refusal("LOCK_COOLDOWN", { retryTime: "2026-12-31T12:15:00Z" });
  expect(explain(before).text).toBe(first);
});

test("the end of a refund window is told with its day", () => {
  const { text } = explain(refusal("REFUND_WINDOW_CLOSED", { refundableUntil: "2026-12-31T12:00:00Z" }));
  expect(text).toContain(formatDateTime(new Date("2026-12-31T12:00:00Z")));
});

test.each(["SERVICE_FAILED", "NEWER_THAN_THIS_PAGE", "constructor", "__proto__", ""])(
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
