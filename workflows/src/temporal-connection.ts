import { InterceptingCall, type Interceptor } from "@grpc/grpc-js";
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from "@temporalio/client";
import type { TransportSecurity } from "@ticketing/runtime/process/transport-security";
import { channelCredentials } from "@ticketing/runtime/serving/grpc/credentials";

/** Shorter than an event may be handled before it is delivered again (30 s). */
const LONGEST_CALL_MS = 10_000;

/**
 * A connection whose calls have a deadline, which includes their retries: by default they have none, and a call to a
 * server that accepts connections and does not answer never ends. By TLS with `security`, otherwise in plain text.
 */
export const connectTemporal = (
  address: string,
  options: { security?: TransportSecurity | undefined; longestCallMs?: number } = {},
): Promise<Connection> => {
  const { security, longestCallMs = LONGEST_CALL_MS } = options;
  return Connection.connect({
    address,
    credentials: channelCredentials(security),
    connectTimeout: longestCallMs,
    interceptors: [within(longestCallMs), makeGrpcRetryInterceptor(defaultGrpcRetryOptions())],
  });
};

/** Gives a deadline to each call that has none. */
const within =
  (ms: number): Interceptor =>
  (options, next) =>
    new InterceptingCall(next({ ...options, deadline: options.deadline ?? Date.now() + ms }));
