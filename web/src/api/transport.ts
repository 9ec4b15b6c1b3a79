import type { Interceptor, Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { serverClock } from "./server-clock.ts";

/** How long a call may take. Streams have no limit. */
const TIMEOUT_MS = 10_000;

/** Learns the server's clock from every answer. */
const clockInterceptor: Interceptor = (next) => async (request) => {
  const sent = Date.now();
  const response = await next(request);
  serverClock.observe(response.header.get("date"), sent, Date.now());
  return response;
};

/** gRPC-Web to the gateway that served this page. The session is in cookies that no script can read. */
export function createTransport(interceptors: readonly Interceptor[] = []): Transport {
  return createGrpcWebTransport({
    baseUrl: location.origin,
    defaultTimeoutMs: TIMEOUT_MS,
    interceptors: [...interceptors, clockInterceptor],
  });
}
