import { Code, ConnectError } from "@connectrpc/connect";
import { type ErrorInfo, ErrorInfoSchema, RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import type { Reason } from "@ticketing/proto/reason";

/** The domain of every reason of this API, as google.rpc.ErrorInfo names it. */
export const ERROR_DOMAIN = "ticketing";

/** Why a rule refuses: a gRPC code for machines, a stable reason for programs, a message for people. */
export class DomainError extends Error {
  readonly code: Code;
  readonly reason: Reason;
  readonly metadata: Record<string, string>;

  constructor(code: Code, reason: Reason, message: string, metadata: Record<string, string> = {}) {
    super(message);
    this.name = "DomainError";
    this.code = code;
    this.reason = reason;
    this.metadata = metadata;
  }
}

/** When a client may repeat what could not be answered now: soon, since most outages are short, and not at once. */
const soon = { desc: RetryInfoSchema, value: { retryDelay: { seconds: 1n } } };

/** The error as it crosses the wire: its code and message with an ErrorInfo detail, and RetryInfo if UNAVAILABLE. */
export function toConnectError(error: DomainError): ConnectError {
  const value = { reason: error.reason, domain: ERROR_DOMAIN, metadata: error.metadata };
  const info = { desc: ErrorInfoSchema, value };
  const details = error.code === Code.Unavailable ? [info, soon] : [info];
  return new ConnectError(error.message, error.code, undefined, details, error);
}

/** The reason and its facts, whether the rule refused here or in a called service. */
export function errorInfoOf(error: unknown): Pick<ErrorInfo, "reason" | "metadata"> | undefined {
  if (error instanceof DomainError) return { reason: error.reason, metadata: error.metadata };
  if (!(error instanceof ConnectError)) return undefined;
  return error.findDetails(ErrorInfoSchema).find((info) => info.domain === ERROR_DOMAIN);
}

/** The reason alone. */
export const reasonOf = (error: unknown): string | undefined => errorInfoOf(error)?.reason;
