import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import type { Facts, Failure, Wait } from "./error-texts.ts";

/** Why a call failed, read from its error. */
export interface Reason {
  /**
   * The stable reason of the API, such as TICKET_LOCKED; NETWORK when no answer came; else the code's name. A server
   * that is newer than this page may send a reason that is none of these.
   */
  readonly name: Failure;
  /** Facts that belong to the reason, such as lockedUntil. */
  readonly facts: Facts;
  /** How long to wait before the same call may be sent again, where the server says so. */
  readonly wait: Wait | undefined;
  readonly code: Code;
  /** The id under which the services have logged the call. */
  readonly requestId: string | undefined;
}

/** Reads the reason from anything that a call threw. */
export function reasonOf(thrown: unknown): Reason {
  const error = ConnectError.from(thrown);
  const requestId = error.metadata.get("x-request-id") ?? undefined;
  const [info] = error.findDetails(ErrorInfoSchema);
  const facts = info?.metadata ?? {};
  const common = { facts, wait: waitOf(error, facts), code: error.code, requestId };
  if (info) return { ...common, name: info.reason as Failure };
  // fetch throws this when there is no connection.
  if (error.cause instanceof TypeError) return { ...common, name: "NETWORK", code: Code.Unavailable };
  return { ...common, name: Code[error.code] as keyof typeof Code };
}

/** When each error was read first. Its wait counts from then, however often it is shown. */
const seen = new WeakMap<ConnectError, number>();

/** The wait that an error states. A replica of the release before states it among its facts alone. */
function waitOf(error: ConnectError, { retryAfter, retryTime }: Facts): Wait | undefined {
  const now = seen.get(error) ?? Date.now();
  seen.set(error, now);
  const [info] = error.findDetails(RetryInfoSchema);
  let ms = Number.NaN;
  if (info?.retryDelay) ms = durationMs(info.retryDelay);
  else if (retryAfter) ms = Number(retryAfter) * 1000;
  else if (retryTime) ms = Date.parse(retryTime) - now;
  return Number.isFinite(ms) ? { ms, until: new Date(now + ms) } : undefined;
}

/** Whether the caller has to sign in (again). */
export const isUnauthenticated = (thrown: unknown): boolean =>
  ConnectError.from(thrown).code === Code.Unauthenticated;

/** Whether the same call may succeed a moment later. The gateway refuses calls above its rate for a second. */
export function isPassing(thrown: unknown): boolean {
  const { code, name } = reasonOf(thrown);
  const isBrief = name === "NETWORK" || name === "TOO_MANY_REQUESTS";
  return isBrief || code === Code.Unavailable || code === Code.DeadlineExceeded;
}
