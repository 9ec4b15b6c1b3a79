import { type Logger, pino, stdTimeFunctions } from "pino";
import { currentRequestId } from "./request-context.ts";

export type { Logger } from "pino";

// Whatever a caller puts under these names never reaches a log, five levels deep.
const SECRET = [
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "passwordHash",
  "clientSecret",
  "client_secret",
  "accessToken",
  "refreshToken",
  "token",
  "secret",
];

const DEPTH = 5;

/** The paths of a key at the top and below up to that depth, as pino's redaction spells them. */
function atEveryDepth(name: string): string[] {
  return Array.from({ length: DEPTH }, (_, depth) =>
    `${"*.".repeat(depth)}["${name}"]`.replaceAll(".[", "["),
  );
}

/** One JSON line an event on stdout: ISO time, service, request id. Secrets are cut out by name. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    mixin: () => ({ requestId: currentRequestId() }),
    redact: { paths: SECRET.flatMap(atEveryDepth), remove: true },
  });
}
