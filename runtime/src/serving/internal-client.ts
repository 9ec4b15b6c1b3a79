import { isIP } from "node:net";
import type { DescService } from "@bufbuild/protobuf";
import type { Client, Interceptor } from "@connectrpc/connect";
import { Health } from "@ticketing/proto/grpc/health/v1/health";
import type { ServiceTokens } from "../identity/service-tokens.ts";
import { currentRequestId } from "../process/request-context.ts";
import type { TransportSecurity } from "../process/transport-security.ts";
import { createGrpcChannel } from "./grpc/channel.ts";
import { createGrpcClient } from "./grpc/client.ts";
import { channelCredentials } from "./grpc/credentials.ts";
import { orByFormerName } from "./grpc/former-names.ts";
import { createGrpcTransport } from "./grpc/transport.ts";
import { REQUEST_ID_HEADER } from "./request-id-interceptor.ts";

const MAX_MESSAGE_BYTES = 1024 * 1024;
const PING_MS = 2000;

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
  /** Rejects while the callee does not answer. It does not say whether the callee is ready. */
  ping(): Promise<void>;
  close(): void;
};

/** A typed client of another service's internal API. */
export function createInternalClient<T extends DescService>(
  service: T,
  options: InternalClientOptions,
): InternalClient<T> {
  const { callee, deadlineMs = 5000 } = options;
  const channel = createGrpcChannel(target(options.addresses), channelCredentials(options.security), {
    "grpc.ssl_target_name_override": callee,
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
    // The workflow or the client retries, since only they know whether a repeat is safe.
    "grpc.enable_retries": 1,
  });
  const transport = createGrpcTransport({
    channel,
    callee,
    maxUnaryMs: deadlineMs,
    interceptors: [identify(options), orByFormerName],
  });
  const health = createGrpcClient(Health, createGrpcTransport({ channel, callee, maxUnaryMs: PING_MS }));
  return Object.assign(createGrpcClient(service, transport), {
    ping: async () => void (await health.check({})),
    close: () => channel.close(),
  });
}

/** The target of grpc-js: a list of IP addresses, or one name that DNS resolves. */
function target(addresses: readonly string[]): string {
  const [only = ""] = addresses;
  if (addresses.length === 1 && !isIP(only.slice(0, only.lastIndexOf(":")))) return `dns:///${only}`;
  return `ipv4:${addresses.join(",")}`;
}

/** Adds the service token and the request id of the caller. */
const identify =
  ({ callee, tokens }: InternalClientOptions): Interceptor =>
  (next) =>
  async (request) => {
    request.header.set("authorization", `Bearer ${await tokens.tokenFor(callee)}`);
    const requestId = currentRequestId();
    if (requestId) request.header.set(REQUEST_ID_HEADER, requestId);
    return next(request);
  };
