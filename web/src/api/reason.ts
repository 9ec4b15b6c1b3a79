import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";

/** Why a call failed, as its error says it. */
export interface Reason {
  /** The stable reason of the API, such as TICKET_LOCKED; NETWORK when no answer came; else the code's name. */
  readonly name: string;
  /** Facts that belong to the reason, such as lockedUntil. */
  readonly facts: Readonly<Record<string, string>>;
  readonly code: Code;
  /** Under which the services' logs have the rest. */
  readonly requestId: string | undefined;
}

/** What an error of a call says. Takes anything that was thrown. */
export function reasonOf(thrown: unknown): Reason {
  const error = ConnectError.from(thrown);
  const requestId = error.metadata.get("x-request-id") ?? undefined;
  const [info] = error.findDetails(ErrorInfoSchema);
  if (info) return { name: info.reason, facts: info.metadata, code: error.code, requestId };
  // What fetch throws when there is no connection.
  if (error.cause instanceof TypeError)
    return { name: "NETWORK", facts: {}, code: Code.Unavailable, requestId };
  return { name: Code[error.code], facts: {}, code: error.code, requestId };
}

/** Whether the caller has to sign in (again). */
export const isUnauthenticated = (thrown: unknown): boolean =>
  ConnectError.from(thrown).code === Code.Unauthenticated;

/** Whether the same call may well succeed a moment later. The gateway refuses one call of too many for a second. */
export function isPassing(thrown: unknown): boolean {
  const { code, name } = reasonOf(thrown);
  const isBrief = name === "NETWORK" || name === "TOO_MANY_REQUESTS";
  return isBrief || code === Code.Unavailable || code === Code.DeadlineExceeded;
}
