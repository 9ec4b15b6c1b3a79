import { createHash } from "node:crypto";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TRACEPARENT =
  /^00-([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The W3C trace context (https://www.w3.org/TR/trace-context/) of what a request caused: the request's UUID is
 * the trace's id, `part` names the span. Undefined for a request id that is no UUID.
 */
export function traceparent(requestId: string | undefined, part: string): string | undefined {
  if (!requestId || !UUID.test(requestId)) return undefined;
  const span = createHash("sha256").update(part).digest("hex").slice(0, 16);
  return `00-${requestId.replaceAll("-", "").toLowerCase()}-${span}-01`;
}

/** The id of the request that a trace began with; undefined for a header that is none. */
export function requestIdOf(header: string | undefined): string | undefined {
  return TRACEPARENT.exec(header ?? "")
    ?.slice(1)
    .join("-");
}
