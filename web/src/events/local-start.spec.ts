import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "@jest/globals";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { instantsOf, startOf } from "./local-start.ts";

const [earlier, later] = ["2030-11-03T05:30:00Z", "2030-11-03T06:30:00Z"];

function refusal(reason: string, metadata: Record<string, string>): ConnectError {
  const error = new ConnectError("refused", Code.FailedPrecondition);
  const value = toBinary(ErrorInfoSchema, create(ErrorInfoSchema, { reason, metadata }));
  error.details.push({ type: ErrorInfoSchema.typeName, value });
  return error;
}

test("a start is sent as it was typed, until one of two instants is chosen", () => {
  expect(startOf({ text: "2030-11-03T01:30:00", instant: undefined })).toEqual({
    start: { case: "localTime", value: "2030-11-03T01:30" },
  });
  expect(startOf({ text: "2030-11-03T01:30", instant: new Date(later) })).toEqual({
    start: { case: "time", value: timestampFromDate(new Date(later)) },
  });
});

test.each(["LOCAL_TIME_SKIPPED", "LOCAL_TIME_REPEATED"])(
  "a start refused as %s names two instants",
  (reason) => {
    expect(instantsOf(refusal(reason, { earlier, later }))).toEqual([new Date(earlier), new Date(later)]);
  },
);

test("no other refusal asks for an instant", () => {
  expect(instantsOf(refusal("EVENT_EXISTS", { earlier, later }))).toBeUndefined();
  expect(instantsOf(refusal("LOCAL_TIME_SKIPPED", {}))).toBeUndefined();
  expect(instantsOf(new Error("lost"))).toBeUndefined();
});
