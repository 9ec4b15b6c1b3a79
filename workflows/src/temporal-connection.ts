import { InterceptingCall, type Interceptor } from "@grpc/grpc-js";
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from "@temporalio/client";
import type { TransportSecurity } from "@ticketing/runtime/process/transport-security";
import { channelCredentials } from "@ticketing/runtime/serving/grpc/credentials";

/** Shorter than an event may be handled before it is delivered again (30 s). */
const LONGEST_CALL_MS = 10_000;

/**
 * A connection whose calls end in time, their retries included: by default they have no deadline, and one to a server
 * that takes it and does not answer waits for ever. By TLS with `security`, in plain text without it.
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
