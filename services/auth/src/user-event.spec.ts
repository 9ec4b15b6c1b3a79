import { fromBinary, toJson } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import { signUp } from "./user.ts";
import { userEvent } from "./user-event.ts";

it("an event of an account tells its display name and nothing else of the person", () => {
  const time = new Date("2030-01-01T00:00:00Z");
  const user = signUp(
    { id: "user-1", email: "ada@example.com", displayName: "Ada", passwordHash: "$argon2id$x" },
    time,
  );
  const event = userEvent(user, { version: 1, type: "user_signed_up", time, data: {} });
  expect(toJson(UserEventSchema, fromBinary(UserEventSchema, event.payload))).toEqual({
    id: "user-1",
    version: "1",
    time: "2030-01-01T00:00:00Z",
    userSignedUp: {},
    state: { id: "user-1", displayName: "Ada", version: "1" },
  });
  expect(JSON.stringify({ ...event, payload: "" })).not.toMatch(/ada@|argon2/);
});
