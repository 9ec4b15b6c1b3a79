import { type BaseLogger, pino, stdTimeFunctions } from "pino";
import { loggableFields } from "./loggable.ts";
import { currentRequestId } from "./request-context.ts";

/** Writes lines. It has no child loggers, since their bindings would keep their secrets. */
export type Logger = Pick<BaseLogger, "fatal" | "error" | "warn" | "info" | "debug" | "trace">;

/** One JSON line an event on stdout: ISO time, service, request id. Secrets are cut out by name. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    mixin: () => ({ requestId: currentRequestId() }),
    // pino's own redaction copies objects without their insides: a driver's error of a lost database became unreadable.
    formatters: { log: loggableFields },
    serializers: { err: (error: unknown) => error },
  });
}
