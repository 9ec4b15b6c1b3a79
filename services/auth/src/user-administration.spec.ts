import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import type { Database } from "@ticketing/runtime/documents/database";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { signUp, type User } from "./user.ts";
import { createUserAdministration } from "./user-administration.ts";
import { userAggregate } from "./user-aggregate.ts";
import { createUserStore } from "./user-store.ts";

let database: Database;
let users: AggregateStore<User>;
let user: User;
const now = new Date("2030-01-01T00:00:00Z");
const as = (caller: Parameters<typeof clientOf>[2]) =>
  clientOf(
    AuthService,
    createUserAdministration({ users: createUserStore(users), rolesOf: () => [], clock: () => now }),
    caller,
  );
const operator = () => as({ user: "op-1", roles: ["operator"] });
const decision = (version: bigint, reason = "sold a ticket twice") => ({ userId: user._id, version, reason });

beforeAll(async () => {
  database = await openSpecDatabase();
  users = await userAggregate.store(database.db);
}, 60_000);
afterAll(() => database?.close());
beforeEach(async () => {
  const id = randomUUID();
  user = signUp({ id, email: `${id}@example.com`, displayName: "Ada", passwordHash: "x" }, now);
  await users.insert(user);
});

describe("an operator", () => {
  it("finds a user by id and by the whole address, and never sees the address", async () => {
    for (const query of [user._id, ` ${user._id.toUpperCase()}`, user.email.toUpperCase()]) {
      const { user: found } = await operator().findUser({ query });
      expect(found).toMatchObject({ id: user._id, displayName: "Ada", version: 1n });
      expect(Object.values(found ?? {})).not.toContain(user.email);
    }
    expect(await operator().findUser({ query: "nobody@example.com" }).catch(reasonOf)).toBe("USER_NOT_FOUND");
  });

  it("suspends and reinstates a user; who, when and why are kept and told", async () => {
    const { user: off } = await operator().suspendUser(decision(1n));
    expect(off?.suspension?.reason).toBe("sold a ticket twice");
    expect(off?.suspension?.time && timestampDate(off.suspension.time)).toEqual(now);
    const { user: back } = await operator().reinstateUser(decision(2n, "all is well"));
    expect(back?.suspension).toBeUndefined();
    const stored = await users.get(user._id);
    const told = stored.history.map(
      (step) => fromBinary(UserEventSchema, userAggregate.event(stored, step).payload).transition,
    );
    expect(told).toMatchObject([
      { case: "userSignedUp" },
      { case: "userSuspended", value: { operatorId: "op-1", reason: "sold a ticket twice" } },
      { case: "userReinstated", value: { operatorId: "op-1", reason: "all is well" } },
    ]);
  });

  it("does not reinstate the own account", async () => {
    await operator().suspendUser(decision(1n));
    const own = as({ user: user._id, roles: ["operator"] });
    expect(await own.reinstateUser(decision(2n)).catch(reasonOf)).toBe("OWN_FAVOUR");
    expect((await operator().reinstateUser(decision(2n))).user?.version).toBe(3n);
  });

  it("may repeat each of them, which changes nothing, and does not undo what another decided", async () => {
    await operator().suspendUser(decision(1n));
    expect((await operator().suspendUser(decision(1n, "another"))).user).toMatchObject({
      version: 2n,
      suspension: { reason: "sold a ticket twice" },
    });
    await operator().reinstateUser(decision(2n));
    expect((await operator().reinstateUser(decision(2n))).user?.version).toBe(3n);
    expect(await operator().suspendUser(decision(1n)).catch(reasonOf)).toBe("STALE_VERSION");
  });
});

it("nobody else may find, suspend or reinstate a user", async () => {
  for (const caller of [{ user: user._id }, { user: "other", roles: ["seller"] }]) {
    const calls = as(caller);
    expect(await calls.findUser({ query: user._id }).catch(reasonOf)).toBe("ROLE_REQUIRED");
    expect(await calls.suspendUser(decision(1n)).catch(reasonOf)).toBe("ROLE_REQUIRED");
    expect(await calls.reinstateUser(decision(1n)).catch(reasonOf)).toBe("ROLE_REQUIRED");
  }
});
