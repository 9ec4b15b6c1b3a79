import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Metadata, status as Status, type StatusObject } from "@grpc/grpc-js";
import { StatusSchema } from "@ticketing/proto/google/rpc/status";
import { withoutStack } from "../../process/without-stack.ts";
import { toHeaders, toMetadata, WireMetadata } from "./metadata.ts";

const DETAILS = "grpc-status-details-bin";
const TYPE_URL = "type.googleapis.com/";

const MAX_MESSAGE_LENGTH = 2000;
/** A list of what breaks the contract's rules can be as long as the request. */
const MAX_DETAILS_BYTES = 8 * 1024;

/**
 * How far apart both sides of a call may count its deadline: the caller's clock begins before its request is on the
 * way, the callee's when it is here. A call that ends so shortly before its deadline has met it.
 */
export const DEADLINE_SKEW_MS = 50;

/**
 * The gRPC status of an error, its details as every gRPC client reads them, its metadata among the trailers. Never
 * fails: a long message is cut, and trailers and details that cannot be sent are left out.
 */
export function toStatus(error: ConnectError, trailer?: Headers): StatusObject {
  const code = codeOf(error.code);
  const details = error.rawMessage.slice(0, MAX_MESSAGE_LENGTH).toWellFormed();
  // What another service said beside its error was meant for this one.
  const own = error.isWireError ? undefined : error.metadata;
  const metadata = attempt(() => toMetadata(trailer, own)) ?? new WireMetadata();
  metadata.message = details;
  const status = attempt(() => statusBytes(code, details, error.details));
  if (status && status.length <= MAX_DETAILS_BYTES) metadata.set(DETAILS, status);
  return { code: code as number, details, metadata };
}

/** A google.rpc.Status, where an error has details. Those that another service sent go on as they came. */
function statusBytes(code: Code, message: string, details: ConnectError["details"]): Buffer | undefined {
  if (details.length === 0) return undefined;
  const packed = details.map((detail) =>
    "desc" in detail
      ? anyPack(detail.desc, create(detail.desc, detail.value))
      : { typeUrl: `${TYPE_URL}${detail.type}`, value: detail.value },
  );
  const bytes = toBinary(StatusSchema, create(StatusSchema, { code, message, details: packed }));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Undefined where that fails. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Failures of the call itself, described for the reader at the other end. */
const failures: Partial<Record<Code, string>> = {
  [Code.Unavailable]: "cannot be reached now; try again",
  [Code.DeadlineExceeded]: "did not answer in time",
};

const MADE_BY_GRPC_JS =
  /^(?:Deadline exceeded(?: after .*)?|Connection dropped|Call cancelled|Received RST_STREAM.*)$/;

/** A call that ended. */
export interface EndedCall {
  status: StatusObject;
  /** Its headers, if they came. */
  header?: Metadata;
  callee: string;
  /** As Date.now() counts. */
  deadline: number;
}

/**
 * The error of a call that failed: the callee's own, with its details, and what it sent beside it as metadata. Of a
 * call that failed on its way it says which callee that was, and not the address that grpc-js puts into such
 * messages, since the error may reach a user.
 */
export function fromStatus({ status, header, callee, deadline }: EndedCall): ConnectError {
  const own = isOwn(status, header);
  const code = own ? ownCode(status, deadline) : codeOf(status.code);
  const failure = failures[code];
  if (own && failure) return new ConnectError(`${callee} ${failure}`, code);
  const error = detailed(status.metadata) ?? new ConnectError(status.details ?? "", code);
  for (const metadata of [status.metadata, header]) {
    for (const [name, value] of toHeaders(metadata)) error.metadata.append(name, value);
  }
  error.isWireError = true;
  return error;
}

/** Whether grpc-js made this status: an answer has trailers, or had headers. Some of its servers make theirs alike. */
function isOwn({ details, metadata }: StatusObject, header?: Metadata): boolean {
  const trailers = Object.keys(metadata?.toJSON() ?? {});
  if (trailers.includes(DETAILS)) return false;
  return MADE_BY_GRPC_JS.test(details) || (!header && trailers.length === 0);
}

function ownCode({ code, details }: StatusObject, deadline: number): Code {
  // A callee that counts the same deadline may end the call a moment before this side does.
  const late = code === Status.CANCELLED && Date.now() >= deadline - DEADLINE_SKEW_MS;
  if (late) return Code.DeadlineExceeded;
  // The connection broke, which is no fault of this call.
  return /internal client error/.test(details) ? Code.Unavailable : codeOf(code);
}

function detailed(trailer: Metadata | undefined): ConnectError | undefined {
  const [bytes] = trailer?.get(DETAILS) ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  const status = attempt(() => fromBinary(StatusSchema, bytes));
  if (!status?.code) return undefined;
  const error = withoutStack(() => new ConnectError(status.message, codeOf(status.code)));
  error.details = status.details.map(({ typeUrl, value }) => ({
    type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
    value,
  }));
  return error;
}

/** A status without a code is a fault that grpc-js met when it read the answer. */
const codeOf = (code: number | undefined): Code => {
  if (code === undefined) return Code.Internal;
  return code in Code ? code : Code.Unknown;
};
