import type { ConnectError } from "@connectrpc/connect";
import { DomainError, toConnectError } from "@ticketing/runtime/process/domain-error";

/** What Envoy's own refusals with one of these HTTP statuses mean. */
export interface Refusal {
  readonly statuses: readonly number[];
  readonly error: ConnectError;
}

/** A bucket for an address is filled anew each second. */
const REFILL_MS = 1000;

const refusal = (statuses: number[], error: DomainError): Refusal => ({
  statuses,
  error: toConnectError(error),
});

/** Texts of our own, since Envoy's disclose addresses and connections behind it. */
export const refusals: readonly Refusal[] = [
  refusal([400], new DomainError("BAD_REQUEST", "this is not a valid HTTP request")),
  // Envoy refuses so to upgrade a connection, too.
  refusal(
    [403],
    new DomainError(
      "ORIGIN_NOT_ALLOWED",
      "not allowed: a call with cookies has to come from the marketplace's own pages",
    ),
  ),
  refusal([404], new DomainError("NO_SUCH_PATH", "no such path")),
  refusal([408, 504], new DomainError("TIMED_OUT", "the request or its answer took too long")),
  refusal([413], new DomainError("REQUEST_TOO_LARGE", "the request is larger than 64 KiB")),
  refusal([414, 431], new DomainError("REQUEST_TOO_LARGE", "the headers are too large")),
  refusal([429], new DomainError("TOO_MANY_REQUESTS", "too many requests", {}, REFILL_MS)),
  // 426 asks HTTP/1.0 for a newer one.
  refusal(
    [405, 415, 426, 501, 505],
    new DomainError("HTTP_NOT_SUPPORTED", "another protocol, version or method is needed"),
  ),
  refusal([500], new DomainError("GATEWAY_FAILED", "the gateway failed")),
  refusal([502, 503], new DomainError("SERVICE_UNAVAILABLE", "the service does not answer")),
];

/** A page or file that does not exist, for requests that are no RPC. */
export const noPage = toConnectError(new DomainError("NOT_FOUND", "no such path"));

/** What came by plain http where https is spoken. Nothing else is refused of it, so that 403 there means this. */
export const httpsRequired = (origin: string): Refusal =>
  refusal([403], new DomainError("HTTPS_REQUIRED", `calls are answered by https alone, at ${origin}`));
