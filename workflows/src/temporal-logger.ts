import type { Logger as TemporalLogger } from "@temporalio/worker";
import type { Logger } from "@ticketing/runtime/process/log";

/** Temporal's own messages, and those of workflows, in our log. What Temporal calls info is of use to nobody else. */
export function temporalLogger(log: Logger): TemporalLogger {
  const write =
    (level: "trace" | "debug" | "info" | "warn" | "error") =>
    (message: string, { error, ...meta }: { error?: unknown } = {}) =>
      log[level]({ ...meta, err: error, source: "temporal" }, message);
  return {
    log: (level: string, message: string, meta?: object) =>
      write(level === "ERROR" ? "error" : level === "WARN" ? "warn" : "debug")(message, meta),
    trace: write("trace"),
    debug: write("debug"),
    info: write("debug"),
    warn: write("warn"),
    error: write("error"),
  };
}
