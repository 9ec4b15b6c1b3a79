import { Code, ConnectError } from "@connectrpc/connect";
import { findTrailerError, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { Metadata, type StatusObject } from "@grpc/grpc-js";
import { toHeaders, toMetadata } from "./grpc-metadata.ts";

const DETAILS = "grpc-status-details-bin";

/**
 * The gRPC status of an error, its details as every gRPC client reads them. Its metadata and these headers become
 * trailers. Never fails: trailers and details that cannot be sent are left out, so that code and message arrive.
 */
export function toStatus(error: ConnectError, headers: Headers[]): StatusObject {
  const details = error.rawMessage.toWellFormed();
  // What another service said beside its error was meant for this one.
  const own = error.isWireError ? headers : [...headers, error.metadata];
  const metadata = attempt(() => toMetadata(...own)) ?? new Metadata();
  const status = attempt(() => statusBytes(error, details));
  if (status) metadata.set(DETAILS, status);
  return { code: error.code as number, details, metadata };
}

/** A google.rpc.Status, for an error with details, or with a message in which readers could see percent-encoding. */
function statusBytes({ code, details }: ConnectError, message: string): Buffer | undefined {
  if (details.length === 0 && !message.includes("%")) return undefined;
  const trailer = setTrailerStatus(
    new Headers(),
    Object.assign(new ConnectError(message, code), { details }),
  );
  return Buffer.from(trailer.get(DETAILS) ?? "", "base64");
}

/** Undefined where that fails. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Failures of the call itself, in words for whoever reads them at the far end. */
const failures: Partial<Record<Code, string>> = {
  [Code.Unavailable]: "cannot be reached now; try again",
  [Code.DeadlineExceeded]: "did not answer in time",
};

/**
 * The error that ended a call: the callee's own, with its details, and what it sent beside it as metadata. Of a call
 * that failed on its way it says which callee that was, and not the address that grpc-js puts into such messages,
 * since the error may reach a user.
 */
export function fromStatus(status: StatusObject, callee: string, header?: Metadata): ConnectError {
  const code = codeOf(status);
  const failure = failures[code];
  if (failure && isLocal(status, header)) return new ConnectError(`${callee} ${failure}`, code);
  const error = detailed(status.metadata) ?? new ConnectError(textOf(status.details), code);
  for (const metadata of header ? [status.metadata, header] : [status.metadata]) {
    for (const [name, value] of toHeaders(metadata)) error.metadata.append(name, value);
  }
  error.isWireError = true;
  return error;
}

/** Whether grpc-js made this status itself: an answer has trailers, or had headers. */
const isLocal = ({ details, metadata }: StatusObject, header?: Metadata): boolean =>
  /^(?:Deadline exceeded|Connection dropped)/.test(details) ||
  (!header && Object.keys(metadata.toJSON()).length === 0);

function detailed(trailer: Metadata): ConnectError | undefined {
  const [details] = trailer.get(DETAILS);
  if (!Buffer.isBuffer(details)) return undefined;
  const found = attempt(() => findTrailerError(new Headers({ [DETAILS]: details.toString("base64") })));
  return found && Object.assign(new ConnectError(found.rawMessage, found.code), { details: found.details });
}

const codeOf = ({ code }: StatusObject): Code => ((code as number) in Code ? (code as number) : Code.Unknown);

/**
 * grpc-js leaves `;/?:@&=+$,#` percent-encoded. Some servers encode these and others do not: a text in which one of
 * them is not encoded comes from the latter.
 */
const textOf = (details: string): string =>
  /[;/?:@&=+$,#]/.test(details)
    ? details
    : details.replaceAll(/%(?:3B|2F|3F|3A|40|26|3D|2B|24|2C|23)/gi, decodeURIComponent);
