import type { IncomingHttpHeaders } from "node:http2";

/** The longest deadline that a call may have; live views are reopened that often at the latest. */
export const LONGEST_DEADLINE_MS = 3_600_000;

/** Milliseconds of gRPC's units of time (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
const units: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/**
 * Shortens the deadline in a request's headers to an hour where it is longer, by any number of digits: servers would
 * refuse the call, or count in 32 bits and end it at once. What is no deadline is left for the server to refuse.
 */
export function limitDeadline(headers: IncomingHttpHeaders): void {
  const connect = headers["connect-timeout-ms"];
  if (/^\d+$/.test(String(connect)) && Number(connect) > LONGEST_DEADLINE_MS) {
    headers["connect-timeout-ms"] = `${LONGEST_DEADLINE_MS}`;
  }
  const [, digits, unit = ""] = /^(\d+)\s*([HMSmun])$/.exec(String(headers["grpc-timeout"])) ?? [];
  // grpc-js looks for a deadline anywhere in the header, and finds one in "-1S".
  if (headers["grpc-timeout"] !== undefined && !unit) headers["grpc-timeout"] = "none";
  if (Number(digits) * (units[unit] ?? 0) > LONGEST_DEADLINE_MS) {
    headers["grpc-timeout"] = `${LONGEST_DEADLINE_MS}m`;
  }
}
