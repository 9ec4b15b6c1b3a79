import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { runProcess } from "@ticketing/runtime/serving/run-process";
import { createAccessTokens } from "./access-token.ts";
import { createAuthService } from "./auth-service.ts";
import { config as readConfig } from "./config.ts";
import { createCookies } from "./cookies.ts";
import { createLoginAttempts } from "./login-attempts.ts";
import { createPasswordHasher } from "./password.ts";
import { createSessionStore } from "./session-store.ts";
import { createSignInFlow } from "./sign-in.ts";
import { createSignUpLimit } from "./sign-up-limit.ts";
import type { RoleName, User } from "./user.ts";
import { createUserAdministration } from "./user-administration.ts";
import { userAggregate } from "./user-aggregate.ts";
import { createUserStore } from "./user-store.ts";

const config = readConfig();

await runProcess("auth", config, async ({ database, events, log }) => {
  const { db } = await database(config.MONGODB_URI);
  const users = await userAggregate.open({ db, events, log });
  const accessTokens = await createAccessTokens({
    keyFile: config.TOKEN_KEY_FILE,
    lifetimeMs: config.ACCESS_TOKEN_LIFETIME,
    log,
  });
  const rolesOf = (user: User): RoleName[] =>
    config.OPERATOR_EMAILS.includes(user.email) ? ["operator"] : [];
  const store = createUserStore(users);
  const service = createAuthService({
    administration: createUserAdministration({ users: store, rolesOf, clock }),
    flow: createSignInFlow({
      users: store,
      sessions: await createSessionStore(db),
      passwords: createPasswordHasher(),
      attempts: await createLoginAttempts(db, clock),
      signUps: await createSignUpLimit(db, { limit: config.SIGN_UP_LIMIT, clock }),
      accessTokens,
      rolesOf,
      refreshLifetimeMs: config.REFRESH_TOKEN_LIFETIME,
      clock,
    }),
    cookies: createCookies(config.PUBLIC_URL),
    rolesOf,
    accessLifetimeMs: config.ACCESS_TOKEN_LIFETIME,
    refreshLifetimeMs: config.REFRESH_TOKEN_LIFETIME,
  });
  return {
    publicRoutes: (router) => router.service(AuthService, service),
    publicHttp: {
      "/.well-known/jwks.json": async () => ({
        status: 200,
        headers: { "content-type": "application/jwk-set+json", "cache-control": "public, max-age=300" },
        body: JSON.stringify(accessTokens.jwks()),
      }),
    },
    relays: [users.relay],
  };
});
