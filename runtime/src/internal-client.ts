import { isIP } from "node:net";
import { create, type DescService, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { Client as GrpcClient, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { channelCredentials } from "./grpc-credentials.ts";
import { currentRequestId } from "./request-context.ts";
import { REQUEST_ID_HEADER } from "./request-id-interceptor.ts";
import type { ServiceTokens } from "./service-tokens.ts";
import type { TransportSecurity } from "./transport-security.ts";

const MAX_MESSAGE_BYTES = 1024 * 1024;
const PING_MS = 2000;
/** Failures of the call itself, in words for whoever reads them at the far end. */
const local: Partial<Record<status, string>> = {
  [status.UNAVAILABLE]: "cannot be reached now; try again",
  [status.DEADLINE_EXCEEDED]: "did not answer in time",
};

export interface InternalClientOptions {
  /** host:port of the internal port of each of the callee's replicas; one name may stand for many. */
  addresses: readonly string[];
  /** The callee's name, for which the token is made. */
  callee: string;
  tokens: ServiceTokens;
  /** By TLS, with a callee whose certificate has its name; absent: in plain text. */
  security?: TransportSecurity | undefined;
  /** Longest wait for an answer; a call may ask for less. */
  deadlineMs?: number;
}

/** Over grpc-js with this service's token. */
export type InternalClient<T extends DescService> = Client<T> & {
  /** Rejects while the callee does not answer; whether it can serve is its own to tell. */
  ping(): Promise<void>;
  close(): void;
};

/** A typed client of another service's internal API. */
export function createInternalClient<T extends DescService>(
  service: T,
  options: InternalClientOptions,
): InternalClient<T> {
  const channel = new GrpcClient(target(options.addresses), channelCredentials(options.security), {
    "grpc.ssl_target_name_override": options.callee,
    // Calls go round the replicas that can be reached; one that drains is left before it closes.
    "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.keepalive_time_ms": 30_000,
    "grpc.initial_reconnect_backoff_ms": 100,
    // Shorter than the moment that a rolling restart gives a new replica: one that is back is called again before
    // the next one goes.
    "grpc.max_reconnect_backoff_ms": 500,
    // A name is asked again as soon as a connection is lost; by default only every 30 seconds.
    "grpc.dns_min_time_between_resolutions_ms": 1000,
    // A call that its callee never took up, since it was closing, is sent elsewhere; nothing else is sent again.
    // Retries belong to whoever knows whether a repeat is safe: the workflow or the client.
    "grpc.enable_retries": 1,
  });
  const client = createClient(service, createTransport(channel, options));
  return Object.assign(client, {
    ping: () => ping(channel, options.callee),
    close: () => channel.close(),
  });
}

/** What grpc-js calls a target: a list of IP addresses, or one name for DNS to tell. */
function target(addresses: readonly string[]): string {
  const [only = ""] = addresses;
  if (addresses.length === 1 && !isIP(only.slice(0, only.lastIndexOf(":")))) return `dns:///${only}`;
  return `ipv4:${addresses.join(",")}`;
}

function createTransport(channel: GrpcClient, options: InternalClientOptions): Transport {
  const { callee, tokens, deadlineMs = 5000 } = options;
  return {
    async unary(method, signal, timeoutMs, header, input) {
      const metadata = await callMetadata(callee, tokens, header);
      if (signal?.aborted) throw ConnectError.from(signal.reason, Code.Canceled);
      const path = `/${method.parent.typeName}/${method.name}`;
      const deadline = Date.now() + Math.min(timeoutMs ?? deadlineMs, deadlineMs);
      const request = toBinary(method.input, create(method.input, input));
      const message = await new Promise<Uint8Array>((resolve, reject) => {
        const call = channel.makeUnaryRequest(
          path,
          (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
          (bytes: Buffer) => bytes,
          request,
          metadata,
          { deadline },
          (error, answer) => {
            signal?.removeEventListener("abort", cancel);
            if (error) reject(connectError(error, callee));
            else resolve(answer ?? new Uint8Array());
          },
        );
        const cancel = () => call.cancel();
        signal?.addEventListener("abort", cancel, { once: true });
      });
      return {
        stream: false,
        service: method.parent,
        method,
        header: new Headers(),
        trailer: new Headers(),
        message: fromBinary(method.output, message),
      };
    },
    stream: () => Promise.reject(new ConnectError("internal calls are unary", Code.Unimplemented)),
  };
}

/** Asks the callee's health service, which needs no token. */
const ping = (channel: GrpcClient, callee: string): Promise<void> =>
  new Promise((resolve, reject) => {
    channel.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      // A request about the process as a whole is a message without fields.
      () => Buffer.alloc(0),
      (bytes: Buffer) => bytes,
      undefined,
      new Metadata(),
      { deadline: Date.now() + PING_MS },
      (error) => (error ? reject(connectError(error, callee)) : resolve()),
    );
  });

async function callMetadata(
  callee: string,
  tokens: ServiceTokens,
  header?: ConstructorParameters<typeof Headers>[0],
): Promise<Metadata> {
  const metadata = new Metadata();
  for (const [name, value] of new Headers(header)) metadata.set(name, value);
  metadata.set("authorization", `Bearer ${await tokens.tokenFor(callee)}`);
  const requestId = currentRequestId();
  if (requestId) metadata.set(REQUEST_ID_HEADER, requestId);
  return metadata;
}

/**
 * The callee's error with its details, so that a refusal keeps its reason on the way through. The callee's
 * address, which grpc-js puts into what it says of a connection, stays out: the error may reach a user.
 */
function connectError(error: ServiceError, callee: string): ConnectError {
  const told = local[error.code];
  if (told && !error.metadata?.get("grpc-status-details-bin").length) {
    return new ConnectError(`${callee} ${told}`, error.code as number, undefined, undefined, error);
  }
  const [details] = error.metadata?.get("grpc-status-details-bin") ?? [];
  const trailer = new Headers({ "grpc-status": String(error.code) });
  trailer.set("grpc-message", encodeURIComponent(error.details));
  if (Buffer.isBuffer(details)) trailer.set("grpc-status-details-bin", details.toString("base64"));
  return findTrailerError(trailer) ?? new ConnectError(error.details, Code.Unknown);
}
