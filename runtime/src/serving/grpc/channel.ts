import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import {
  Channel,
  type ChannelCredentials,
  type ChannelOptions,
  status as Status,
  type StatusObject,
} from "@grpc/grpc-js";

/** Tells the streams of these channels from those of others that use grpc-js. */
const AGENT = "ticketing";
/** The trailer in which the status of a failed call waits. */
const STATUS_AFTER_MESSAGES = "grpc-status-after-messages";

/** Node tells of each stream that a client opens: nodejs.org/docs/latest-v24.x/api/diagnostics_channel.html#http2 */
const STREAM_CREATED = "http2.client.stream.created";

/**
 * A channel of grpc-js whose calls end as gRPC wants it. By itself grpc-js drops the messages that nobody has read yet
 * when an error follows them (github.com/grpc/grpc-node/issues/2764), and leaves `;/?:@&=+$,#` in an error's message
 * percent-encoded. It offers no way to change that: here its trailers are rewritten before it reads them.
 */
export const createGrpcChannel = (
  target: string,
  credentials: ChannelCredentials,
  options: ChannelOptions = {},
): Channel =>
  new MendedChannel(target, credentials, {
    "grpc.enable_channelz": 0,
    ...options,
    "grpc.primary_user_agent": AGENT,
  });

/** While any is open, the process listens for their streams. */
class MendedChannel extends Channel {
  static readonly #open = new Set<MendedChannel>();

  constructor(...given: ConstructorParameters<typeof Channel>) {
    super(...given);
    if (MendedChannel.#open.size === 0) subscribe(STREAM_CREATED, mendStream);
    MendedChannel.#open.add(this);
  }

  override close(): void {
    super.close();
    if (MendedChannel.#open.delete(this) && MendedChannel.#open.size === 0)
      unsubscribe(STREAM_CREATED, mendStream);
  }
}

function mendStream(created: unknown): void {
  const { stream, headers } = created as { stream: ClientHttp2Stream; headers: OutgoingHttpHeaders };
  if (!String(headers["user-agent"]).startsWith(`${AGENT} `)) return;
  stream.once("response", mendStatus);
  stream.once("trailers", (trailers: IncomingHttpHeaders) => {
    mendStatus(trailers);
    if (trailers["grpc-status"] === "0" || trailers["grpc-status"] === undefined) return;
    // Of a call that ended well grpc-js gives the messages first.
    trailers[STATUS_AFTER_MESSAGES] = trailers["grpc-status"];
    trailers["grpc-status"] = "0";
    // It waits for the end of them, which does not come where the callee resets the stream.
    stream.once("close", () => stream.readableEnded || stream.emit("end"));
  });
}

/** The status that the callee sent. */
export function statusAfterMessages(status: StatusObject): StatusObject {
  const [code] = status.metadata?.get(STATUS_AFTER_MESSAGES) ?? [];
  if (code === undefined) return status;
  status.metadata.remove(STATUS_AFTER_MESSAGES);
  return { ...status, code: Number(code) };
}

function mendStatus(trailers: IncomingHttpHeaders): void {
  // Read as a number in JavaScript, "" and "0x0" would be success.
  const status = trailers["grpc-status"];
  if (status !== undefined && !/^\d+$/.test(String(status))) trailers["grpc-status"] = `${Status.UNKNOWN}`;
  decodeMessage(trailers);
}

/** As grpc-js decodes it, by decodeURI. */
function decodeMessage(trailers: IncomingHttpHeaders): void {
  const message = trailers["grpc-message"];
  if (typeof message !== "string" || !message.includes("%")) return;
  try {
    trailers["grpc-message"] = encodeURI(decodeURIComponent(message));
  } catch {
    // It is not percent-encoded, and stays as it is.
  }
}
