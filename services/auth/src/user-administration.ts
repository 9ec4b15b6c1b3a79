import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { Role } from "@ticketing/proto/auth/v1/user";
import { requireRole } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { normalizeEmail, type RoleName, reinstate, suspend, type User } from "./user.ts";
import type { UserStore } from "./user-store.ts";

/** What operators do with accounts. */
export type UserAdministration = Pick<
  ServiceImpl<typeof AuthService>,
  "findUser" | "suspendUser" | "reinstateUser"
>;

export function createUserAdministration(deps: {
  users: Pick<UserStore, "find" | "findByEmail" | "update">;
  rolesOf: (user: User) => RoleName[];
  clock: Clock;
}): UserAdministration {
  const { users, rolesOf, clock } = deps;

  const record = (user: User) => ({
    user: {
      id: user._id,
      displayName: user.displayName,
      grantedRoles: grantedRoles(rolesOf(user)),
      createTime: timestampFromDate(user.createTime),
      suspension: suspensionMessage(user),
      version: BigInt(user.version),
    },
  });

  /** The account, changed by what an operator decided. */
  async function decide(
    change: typeof suspend,
    { userId, ...by }: { userId: string; operatorId: string; reason: string; version: number },
  ) {
    const seen = requireFound(await users.find(userId));
    return record(await users.update(userId, (user) => change(user, by, clock()), seen));
  }

  return {
    async findUser({ query }, context) {
      requireRole(context, "operator");
      const found = query.includes("@")
        ? await users.findByEmail(normalizeEmail(query))
        : await users.find(query.trim().toLowerCase());
      return record(requireFound(found));
    },

    async suspendUser({ userId, version, reason }, context) {
      const operatorId = requireRole(context, "operator").userId;
      return decide(suspend, { userId, operatorId, reason, version: Number(version) });
    },

    async reinstateUser({ userId, version, reason }, context) {
      const operatorId = requireRole(context, "operator").userId;
      return decide(reinstate, { userId, operatorId, reason, version: Number(version) });
    },
  };
}

function requireFound(user: User | null): User {
  if (user) return user;
  throw new DomainError("USER_NOT_FOUND", "there is no such account");
}

/** The contract's values of roles. */
export const grantedRoles = (roles: readonly RoleName[]): Role[] =>
  roles.map((role) => Role[role.toUpperCase() as Uppercase<RoleName>]);

/** Why the user may neither sell nor buy, without who decided it; undefined while both are allowed. */
export const suspensionMessage = ({ suspension }: User) =>
  suspension && { reason: suspension.reason, time: timestampFromDate(suspension.time) };
