import { fromBinary, toJson } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import { signUp } from "./user.ts";
import { userAggregate } from "./user-aggregate.ts";

it("an event of an account contains its display name and nothing else of the person", () => {
  const time = new Date("2030-01-01T00:00:00Z");
  const user = signUp(
    { id: "user-1", email: "ada@example.com", displayName: "Ada", passwordHash: "$argon2id$x" },
    time,
  );
  const [signedUp] = user.history;
  if (!signedUp) throw new Error("an account begins with a transition");
  const event = userAggregate.event(user, signedUp);
  expect(toJson(UserEventSchema, fromBinary(UserEventSchema, event.payload))).toEqual({
    id: "user-1",
    version: "1",
    time: "2030-01-01T00:00:00Z",
    userSignedUp: {},
    state: { id: "user-1", displayName: "Ada", version: "1" },
  });
  expect(JSON.stringify({ ...event, payload: "" })).not.toMatch(/ada@|argon2/);
});

it("a change that only a newer release knows is not published as a sign-up", () => {
  const time = new Date("2030-01-01T00:00:00Z");
  const user = signUp(
    { id: "user-1", email: "ada@example.com", displayName: "Ada", passwordHash: "x" },
    time,
  );
  const event = userAggregate.event(user, { version: 2, type: "user_verified", time, data: {} });
  expect(event.subject).toBe("evt.auth.v1.user_verified.user-1");
  expect(fromBinary(UserEventSchema, event.payload).transition).toEqual({ case: undefined });
});
