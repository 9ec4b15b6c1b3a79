import { silent } from "@ticketing/runtime/testing/service";
import type { Db } from "mongodb";
import { createAccessTokens } from "../src/access-token.ts";
import { createAuthService } from "../src/auth-service.ts";
import { createCookies } from "../src/cookies.ts";
import { createLoginAttempts } from "../src/login-attempts.ts";
import { createPasswordHasher } from "../src/password.ts";
import { createSessionStore } from "../src/session-store.ts";
import { createSignInFlow } from "../src/sign-in.ts";
import { createSignUpLimit } from "../src/sign-up-limit.ts";
import type { RoleName, User } from "../src/user.ts";
import { createUserAdministration } from "../src/user-administration.ts";
import { userAggregate } from "../src/user-aggregate.ts";
import { createUserStore } from "../src/user-store.ts";

const minutes = (n: number) => n * 60_000;

/** The service as its process makes it, without events: three accounts an hour for each address. */
export async function makeAuthService(given: {
  db: Db;
  keyFile: string;
  publicUrl: string;
  clock?: () => Date;
  /** Absent: nobody. */
  operator?: string;
}) {
  const { db, keyFile, publicUrl, clock = () => new Date(), operator } = given;
  const rolesOf = ({ email }: User): RoleName[] => (email === operator ? ["operator"] : []);
  const accessTokens = await createAccessTokens({ keyFile, lifetimeMs: minutes(15), log: silent });
  const users = createUserStore(await userAggregate.store(db));
  const service = createAuthService({
    administration: createUserAdministration({ users, rolesOf, clock }),
    flow: createSignInFlow({
      users,
      sessions: await createSessionStore(db),
      passwords: createPasswordHasher(),
      attempts: await createLoginAttempts(db, clock),
      signUps: await createSignUpLimit(db, { limit: 3, clock }),
      accessTokens,
      rolesOf,
      refreshLifetimeMs: minutes(600),
      clock,
    }),
    cookies: createCookies(publicUrl),
    rolesOf,
    accessLifetimeMs: minutes(15),
    refreshLifetimeMs: minutes(600),
  });
  return { service, accessTokens };
}
