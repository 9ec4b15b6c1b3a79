import { getOption } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { code, ReasonSchema } from "@ticketing/proto/errors/v1/reason";
import { type ErrorInfo, ErrorInfoSchema, RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import type { Reason } from "@ticketing/proto/reason";

/** The domain of every reason of this API, as google.rpc.ErrorInfo names it. */
export const ERROR_DOMAIN = "ticketing";

// The numbers of google.rpc.Code are those of Connect's.
const codes = new Map<string, Code>(
  ReasonSchema.values.map((value) => [value.localName, getOption(value, code) as number]),
);

/** Why a rule refuses: a stable reason, which has its code, for programs; a message for people; facts of the reason. */
export class DomainError extends Error {
  readonly reason: Reason;
  readonly metadata: Record<string, string>;

  constructor(reason: Reason, message: string, facts: Record<string, string> = {}) {
    super(message);
    this.name = "DomainError";
    this.reason = reason;
    this.metadata = facts;
  }

  /** The reason's code, as its contract says it. */
  get code(): Code {
    return codes.get(this.reason) ?? Code.Unknown;
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
