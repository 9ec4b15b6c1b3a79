import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { openDatabase } from "@ticketing/runtime/documents/database";
import { createEvents } from "@ticketing/runtime/events/events";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { createLogger } from "@ticketing/runtime/process/log";
import { startTelemetry } from "@ticketing/runtime/process/telemetry";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { serve } from "@ticketing/runtime/serving/serve";
import { createAccessTokens } from "./access-token.ts";
import { createAuthService } from "./auth-service.ts";
import { config as readConfig } from "./config.ts";
import { createCookies } from "./cookies.ts";
import { createLoginAttempts } from "./login-attempts.ts";
import { createPasswordHasher } from "./password.ts";
import { createSessionStore } from "./session-store.ts";
import { createSignInFlow } from "./sign-in.ts";
import { createSignUpLimit } from "./sign-up-limit.ts";
import type { User } from "./user.ts";
import { userAggregate } from "./user-aggregate.ts";
import { createUserStore } from "./user-store.ts";

const config = readConfig();
startTelemetry("auth", config.OTEL_EXPORTER_OTLP_ENDPOINT);
const log = createLogger("auth", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);

const database = await openDatabase(config.MONGODB_URI, log, security);
const events = await createEvents({
  natsUrl: config.NATS_URL,
  replicas: config.EVENT_REPLICAS,
  name: "auth",
  log,
  security,
});

const users = await userAggregate.open({ db: database.db, events, log });
const accessTokens = await createAccessTokens({
  keyFile: config.TOKEN_KEY_FILE,
  lifetimeMs: config.ACCESS_TOKEN_LIFETIME,
  log,
});
const rolesOf = (user: User) => (config.OPERATOR_EMAILS.includes(user.email) ? ["operator"] : []);

const service = createAuthService({
  flow: createSignInFlow({
    users: createUserStore(users),
    sessions: await createSessionStore(database.db),
    passwords: createPasswordHasher(),
    attempts: await createLoginAttempts(database.db, clock),
    signUps: await createSignUpLimit(database.db, { limit: config.SIGN_UP_LIMIT, clock }),
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

users.relay.start();
await serve({
  name: "auth",
  config,
  log,
  security,
  publicRoutes: (router) => router.service(AuthService, service),
  publicHttp: {
    "/.well-known/jwks.json": async () => ({
      status: 200,
      headers: { "content-type": "application/jwk-set+json", "cache-control": "public, max-age=300" },
      body: JSON.stringify(accessTokens.jwks()),
    }),
  },
  needs: { database: database.ping },
  events,
  close: [users.relay.stop, events.close, database.close],
});
