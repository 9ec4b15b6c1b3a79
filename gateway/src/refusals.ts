import { Code, ConnectError } from "@connectrpc/connect";
import { DomainError, toConnectError } from "@ticketing/runtime/process/domain-error";

/** What Envoy's own refusals with one of these HTTP statuses mean. */
export interface Refusal {
  readonly statuses: readonly number[];
  readonly error: ConnectError;
}

/** A bucket for an address is filled anew each second. */
const REFILL_MS = 1000;

const refusal = (statuses: number[], code: Code, message: string): Refusal => ({
  statuses,
  error: new ConnectError(message, code),
});

/** One with a reason, which has its code. */
const reasoned = (statuses: number[], error: DomainError): Refusal => ({
  statuses,
  error: toConnectError(error),
});

/** Texts of our own, since Envoy's disclose addresses and connections behind it. */
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
  reasoned([413], new DomainError("REQUEST_TOO_LARGE", "the request is larger than 64 KiB")),
  reasoned([414, 431], new DomainError("REQUEST_TOO_LARGE", "the headers are too large")),
  reasoned([429], new DomainError("TOO_MANY_REQUESTS", "too many requests", {}, REFILL_MS)),
  // 426 asks HTTP/1.0 for a newer one.
  refusal([405, 415, 426, 501, 505], Code.Unimplemented, "another protocol, version or method is needed"),
  refusal([500], Code.Internal, "the gateway failed"),
  refusal([502, 503], Code.Unavailable, "the service does not answer"),
];

/** A page or file that does not exist, for requests that are no RPC. */
export const noPage = new ConnectError("no such path", Code.NotFound);

/** What came by plain http where https is spoken. Nothing else is refused of it, so that 403 there means this. */
export const httpsRequired = (origin: string): Refusal =>
  reasoned([403], new DomainError("HTTPS_REQUIRED", `calls are answered by https alone, at ${origin}`));
