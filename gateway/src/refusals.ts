import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import type { PublicReason } from "@ticketing/proto/reason";
import { ERROR_DOMAIN } from "@ticketing/runtime/process/domain-error";

/** What Envoy's own refusals with one of these HTTP statuses mean. */
export interface Refusal {
  readonly statuses: readonly number[];
  readonly error: ConnectError;
}

const info = (reason: PublicReason, metadata: Record<string, string> = {}) => ({
  desc: ErrorInfoSchema,
  value: { reason, domain: ERROR_DOMAIN, metadata },
});
const retryInOneSecond = { desc: RetryInfoSchema, value: { retryDelay: { seconds: 1n } } };

function refusal(
  statuses: number[],
  code: Code,
  message: string,
  details: ConnectError["details"] = [],
): Refusal {
  const error = new ConnectError(message, code);
  error.details = details;
  return { statuses, error };
}

/** Words of our own: Envoy's tell of addresses and connections behind it. */
export const refusals: readonly Refusal[] = [
  refusal([400], Code.InvalidArgument, "this is not a valid HTTP request"),
  // Envoy refuses so to upgrade a connection, too.
  refusal(
    [403],
    Code.PermissionDenied,
    "not allowed: a call with cookies has to come from the marketplace's own pages",
  ),
  refusal([404], Code.Unimplemented, "no such path"),
  refusal([408, 504], Code.DeadlineExceeded, "the request or its answer took too long"),
  refusal([413], Code.ResourceExhausted, "the request is larger than 64 KiB", [info("REQUEST_TOO_LARGE")]),
  refusal([414, 431], Code.ResourceExhausted, "the headers are too large", [info("REQUEST_TOO_LARGE")]),
  refusal([429], Code.ResourceExhausted, "too many requests", [
    info("TOO_MANY_REQUESTS", { retryAfter: "1" }),
    retryInOneSecond,
  ]),
  // 426 asks HTTP/1.0 for a newer one.
  refusal([405, 415, 426, 501, 505], Code.Unimplemented, "another protocol, version or method is needed"),
  refusal([500], Code.Internal, "the gateway failed"),
  refusal([502, 503], Code.Unavailable, "the service does not answer"),
];

/** A page or file that is not there, for whoever does not call an RPC. */
export const noPage = new ConnectError("no such path", Code.NotFound);

/** What came by plain http where https is spoken. Nothing else is refused of it, so that 403 there means this. */
export const httpsRequired = (origin: string): Refusal =>
  refusal([403], Code.FailedPrecondition, `calls are answered by https alone, at ${origin}`, [
    info("HTTPS_REQUIRED"),
  ]);
