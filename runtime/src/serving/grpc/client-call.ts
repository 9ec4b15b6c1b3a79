import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type ChannelInterface, type Metadata, status as Status, type StatusObject } from "@grpc/grpc-js";
import { statusAfterMessages } from "./channel.ts";
import { toMetadata } from "./metadata.ts";
import { fromStatus } from "./status.ts";

/** Where a call goes, and when it ends at the latest. */
export interface CallTarget {
  channel: ChannelInterface;
  /** Whom errors name that did not reach it. */
  callee: string;
  /** As Date.now() counts; may be infinite. */
  deadline: number;
}

/** A call as grpc-js's own client drives it; its messages are bytes. */
export type Call = ReturnType<ChannelInterface["createCall"]>;

/** What both kinds of request have in common. */
interface CallRequest {
  method: DescMethod;
  signal: AbortSignal;
  header: Headers;
}

/** What grpc-js reports of a call: headers, each message after it was requested, and at the end the status. */
interface Listener {
  onReceiveMetadata(header: Metadata): void;
  onReceiveMessage(bytes: Buffer): void;
  onReceiveStatus(status: StatusObject): void;
}

/**
 * Starts a call by the interface to channels that grpc-js's own client uses. That client itself passes headers and
 * trailers by other ways than messages, and takes two stack traces for each call.
 */
export function startCall({ channel, deadline }: CallTarget, request: CallRequest, listener: Listener): Call {
  const { method, signal, header } = request;
  if (signal.aborted) throw abortReason(signal);
  const metadata = toMetadata(header);
  const call = createCall(channel, `/${method.parent.typeName}/${method.name}`, deadline);
  const cancel = () => cancelCall(call);
  signal.addEventListener("abort", cancel);
  call.start(metadata, {
    onReceiveMetadata: listener.onReceiveMetadata,
    onReceiveMessage: listener.onReceiveMessage,
    onReceiveStatus(status) {
      signal.removeEventListener("abort", cancel);
      listener.onReceiveStatus(statusAfterMessages(status));
    },
  });
  return call;
}

/** Throws UNAVAILABLE where the channel is closed. */
function createCall(channel: ChannelInterface, path: string, deadline: number): Call {
  try {
    return channel.createCall(path, deadline, null, null, null);
  } catch (error) {
    throw ConnectError.from(error, Code.Unavailable);
  }
}

export const cancelCall = (call: Call): void => call.cancelWithStatus(Status.CANCELLED, "");

/** The error that ended a call, unless it ended well. */
export function errorOf(
  status: StatusObject,
  { callee, deadline }: CallTarget,
  { signal }: CallRequest,
  header?: Metadata,
): ConnectError | undefined {
  if (status.code === Status.OK) return undefined;
  if (status.code === Status.CANCELLED && signal.aborted) return abortReason(signal);
  return fromStatus({ status, header, callee, deadline });
}

const abortReason = (signal: AbortSignal): ConnectError => ConnectError.from(signal.reason, Code.Canceled);
