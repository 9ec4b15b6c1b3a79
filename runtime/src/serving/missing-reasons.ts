import { Code, type ConnectError } from "@connectrpc/connect";
import type { PublicReason } from "@ticketing/proto/reason";
import { DomainError, toConnectError } from "../process/domain-error.ts";

/** Makes of an error what this API says. */
export type Explain = (error: ConnectError) => ConnectError;

/** Why a call is refused with this code, where nothing else is known. Of CANCELLED nobody reads the answer. */
const reasons: Partial<Record<Code, PublicReason>> = {
  [Code.InvalidArgument]: "BAD_REQUEST",
  [Code.ResourceExhausted]: "REQUEST_TOO_LARGE",
  [Code.DeadlineExceeded]: "TIMED_OUT",
  [Code.Unimplemented]: "HTTP_NOT_SUPPORTED",
  [Code.Unavailable]: "SERVICE_UNAVAILABLE",
  [Code.Internal]: "SERVICE_FAILED",
  [Code.Unknown]: "SERVICE_FAILED",
};

/** What grpc-js and connect-node call INTERNAL and is the client's fault, or UNIMPLEMENTED and is a path. */
const exceptions: readonly (readonly [RegExp, PublicReason])[] = [
  [/^protocol error: (?!missing|received extra)|^unexpected end flag/, "BAD_REQUEST"],
  [/^Invalid grpc-timeout|^received compressed envelope/, "BAD_REQUEST"],
  [/^Failed to decompress|^decompression failed|^parse binary: /, "BAD_REQUEST"],
  [/^\S+ is not implemented$|does not implement the method/, "NO_SUCH_PATH"],
];

/**
 * Gives an error without details a reason, and the code of that reason. Those of this API have one; without are those
 * by which the libraries refuse what is no call yet, and failures of ours. It is for clients alone: between services, a
 * reason would make a failure a refusal.
 */
export const giveReason: Explain = (error) => {
  if (error.details.length > 0) return error;
  const [, exception] = exceptions.find(([words]) => words.test(error.rawMessage)) ?? [];
  const reason = exception ?? reasons[error.code];
  return reason ? toConnectError(new DomainError(reason, error.rawMessage)) : error;
};
