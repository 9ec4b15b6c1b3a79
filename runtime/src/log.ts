import { type Logger, pino, stdTimeFunctions } from "pino";
import { currentRequestId } from "./request-context.ts";

export type { Logger } from "pino";

// Whatever a caller puts under these names never reaches a log, however deep a library nests it.
const SECRET = [
  "authorization",
  "cookie",
  "password",
  "passwordHash",
  "clientSecret",
  "client_secret",
  "accessToken",
  "refreshToken",
  "token",
  "secret",
];

/** One JSON line an event on stdout: ISO time, service, request id. Secrets are cut out by name. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    mixin: () => ({ requestId: currentRequestId() }),
    redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), remove: true },
  });
}
