import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";
import { expect, it, jest } from "@jest/globals";
import { EventSchema } from "@ticketing/proto/tickets/v1/ticket";

jest.setTimeout(30_000);

const validator = createValidator();
const verdict = (seconds: bigint) =>
  validator.validate(
    EventSchema,
    create(EventSchema, { title: "Jazz", venue: "Hall", city: "Oslo", startTime: { seconds, nanos: 0 } }),
  ).kind;

it("an event starts at a time that every client can show", () => {
  expect(verdict(timestampFromDate(new Date("2099-12-31T23:59:59Z")).seconds)).toBe("valid");
  for (const seconds of [
    4_102_444_800n,
    253_402_300_800n,
    9_000_000_000_000n,
    2n ** 62n,
    -1n,
    -(2n ** 62n),
  ]) {
    expect([seconds, verdict(seconds)]).toEqual([seconds, "invalid"]);
  }
});
