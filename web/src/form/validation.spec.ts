import { create } from "@bufbuild/protobuf";
import { createValidator, violationsToProto } from "@bufbuild/protovalidate";
import {
  FieldPathSchema,
  ViolationSchema,
  ViolationsSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "@jest/globals";
import { SignUpRequestSchema } from "@ticketing/proto/auth/v1/auth_service";
import { EventSchema } from "@ticketing/proto/tickets/v1/ticket";
import { CreateTicketRequestSchema } from "@ticketing/proto/tickets/v1/ticket_service";
import type { Limits } from "./limits.ts";
import { fieldErrors, refusedFields } from "./validation.ts";

/** The error with which a service refuses an invalid message. */
function refusal(violations: ReturnType<typeof violationsToProto>[0]): ConnectError {
  return new ConnectError("invalid", Code.InvalidArgument, undefined, [
    { desc: ViolationsSchema, value: violations },
  ]);
}

describe("a message that a service refuses", () => {
  test("shows each violation at the field that the page itself would show it at", () => {
    const message = create(CreateTicketRequestSchema, { title: "x".repeat(500), event: { title: "" } });
    const result = createValidator().validate(CreateTicketRequestSchema, message);
    const [violations] = violationsToProto(result.violations ?? []);
    const refused = refusedFields(CreateTicketRequestSchema, refusal(violations), {});
    const found = fieldErrors(CreateTicketRequestSchema, message, {});
    expect(Object.keys(refused)).toEqual(Object.keys(found));
    expect(Object.keys(refused)).toEqual(expect.arrayContaining(["title", "event.title"]));
  });

  test("names the limit of the service, which may be newer than the one that the page knows", () => {
    const violation = create(ViolationSchema, {
      field: create(FieldPathSchema, { elements: [{ fieldNumber: 1, fieldName: "title" }] }),
      ruleId: "string.max_len",
      message: "must be at most 90 characters",
    });
    const words = { title: () => "Too long for this page." };
    const error = refusal(create(ViolationsSchema, { violations: [violation] }));
    expect(refusedFields(EventSchema, error, words)).toEqual({
      title: "This value must be at most 90 characters.",
    });
  });

  test("for a field that the page does not know yet, shows nothing at a wrong one", () => {
    const violation = create(ViolationSchema, {
      field: create(FieldPathSchema, { elements: [{ fieldNumber: 999, fieldName: "postal_code" }] }),
      ruleId: "required",
      message: "value is required",
    });
    const error = refusal(create(ViolationsSchema, { violations: [violation] }));
    expect(refusedFields(SignUpRequestSchema, error, {})).toEqual({});
  });

  test("for another reason has nothing to say of its fields", () => {
    expect(refusedFields(SignUpRequestSchema, new ConnectError("no", Code.Unavailable), {})).toEqual({});
    expect(refusedFields(SignUpRequestSchema, new Error("no"), {})).toEqual({});
  });
});

test("a text that cannot be read is refused in plain words, at every field for text", () => {
  const text = "Jazz\u202e";
  const event = { title: text, venue: text, city: text };
  const seat = { section: text, row: text, number: text };
  const message = create(CreateTicketRequestSchema, { title: text, event, seat });
  const errors = fieldErrors(CreateTicketRequestSchema, message, {});
  const fields = [
    "title",
    "event.title",
    "event.venue",
    "event.city",
    "seat.section",
    "seat.row",
    "seat.number",
  ];
  for (const field of fields) expect(errors[field]).toMatch(/^Please .* hidden .*\.$/);
  const signUp = create(SignUpRequestSchema, { displayName: text });
  expect(fieldErrors(SignUpRequestSchema, signUp, {})).toMatchObject({ displayName: errors.title });
});

test("a text outside its limits is refused with the limits of its constraint", () => {
  const message = create(SignUpRequestSchema, { password: "short", displayName: "x".repeat(51) });
  const words = { displayName: ({ min, max }: Limits) => `From ${min} to ${max}.` };
  expect(fieldErrors(SignUpRequestSchema, message, words)).toMatchObject({
    password: "At least 8 characters, please.",
    displayName: "From 1 to 50.",
  });
});
