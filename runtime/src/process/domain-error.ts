import { getOption } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { code, ReasonSchema } from "@ticketing/proto/errors/v1/reason";
import { type ErrorInfo, ErrorInfoSchema, RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import type { Reason } from "@ticketing/proto/reason";
import { withoutStack } from "./without-stack.ts";

/** The domain of every reason of this API, as google.rpc.ErrorInfo names it. */
export const ERROR_DOMAIN = "ticketing";

// The numbers of google.rpc.Code are those of Connect's.
const codes = new Map<string, Code>(
  ReasonSchema.values.map((value) => [value.localName, getOption(value, code) as number]),
);

/** Reasons whose waiting time clients of the previous release read as `retryTime`. */
const WITH_RETRY_TIME: readonly Reason[] = [
  "LOCK_COOLDOWN",
  "LOCK_LIMIT",
  "RELOCK_TOO_SOON",
  "TOO_MANY_DECLINES",
];

/** A wait as clients of the release before read it, which did not know RetryInfo. */
const waitFacts = (reason: Reason, ms: number): Record<string, string> =>
  WITH_RETRY_TIME.includes(reason)
    ? { retryTime: new Date(Date.now() + ms).toISOString() }
    : { retryAfter: String(Math.ceil(ms / 1000)) };

/** Why a rule refuses: a stable reason, which has its code, for programs; a message for people; facts of the reason. */
export class DomainError extends Error {
  readonly reason: Reason;
  readonly metadata: Record<string, string>;
  /** How long the reason lasts, in milliseconds, where time alone ends it. */
  readonly retryMs: number | undefined;

  constructor(reason: Reason, message: string, facts: Record<string, string> = {}, retryMs?: number) {
    super(message);
    this.name = "DomainError";
    this.reason = reason;
    this.metadata = retryMs === undefined ? facts : { ...facts, ...waitFacts(reason, retryMs) };
    this.retryMs = retryMs;
  }

  /** The reason's code, as its contract says it. */
  get code(): Code {
    return codes.get(this.reason) ?? Code.Unknown;
  }
}

/** When a client may repeat what could not be answered now: soon, since most outages are short, and not at once. */
const SOON_MS = 1000;

/** The error as it crosses the wire: its code and message with an ErrorInfo, and with RetryInfo if waiting helps. */
export function toConnectError(error: DomainError): ConnectError {
  const { code, reason, metadata, retryMs = code === Code.Unavailable ? SOON_MS : undefined } = error;
  const info = { desc: ErrorInfoSchema, value: { reason, domain: ERROR_DOMAIN, metadata } };
  const wait = retryMs !== undefined && {
    desc: RetryInfoSchema,
    value: { retryDelay: durationFromMs(retryMs) },
  };
  const details = wait ? [info, wait] : [info];
  return withoutStack(() => new ConnectError(error.message, code, undefined, details, error));
}

/** The reason and its facts, whether the rule refused here or in a called service. */
export function errorInfoOf(error: unknown): Pick<ErrorInfo, "reason" | "metadata"> | undefined {
  if (error instanceof DomainError) return { reason: error.reason, metadata: error.metadata };
  if (!(error instanceof ConnectError)) return undefined;
  return error.findDetails(ErrorInfoSchema).find((info) => info.domain === ERROR_DOMAIN);
}

/** The reason alone. */
export const reasonOf = (error: unknown): string | undefined => errorInfoOf(error)?.reason;

/** Whether a call or rule was refused for one of these reasons. */
export function isRefusedFor(error: unknown, ...reasons: readonly Reason[]): boolean {
  const reason = reasonOf(error);
  return reasons.some((each) => each === reason);
}
