import type { Interceptor, Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { serverClock } from "./server-clock.ts";

/** How long a call may take; streams set their own (none). */
const TIMEOUT_MS = 10_000;

/** Reads the server's clock off every answer. */
const clockInterceptor: Interceptor = (next) => async (request) => {
  const sent = Date.now();
  const response = await next(request);
  serverClock.observe(response.header.get("date"), sent, Date.now());
  return response;
};

/** gRPC-Web to the gateway that this page came from; the session travels in cookies that no script can read. */
export function createTransport(interceptors: readonly Interceptor[] = []): Transport {
  return createGrpcWebTransport({
    baseUrl: location.origin,
    defaultTimeoutMs: TIMEOUT_MS,
    interceptors: [...interceptors, clockInterceptor],
  });
}
