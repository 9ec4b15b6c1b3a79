import { Server, ServerCredentials } from "@grpc/grpc-js";
import { Health } from "@ticketing/proto/grpc/health/v1/health";
import type { Logger } from "../process/log.ts";
import { mendRequests } from "./grpc/requests.ts";
import { createGrpcRouter } from "./grpc/router.ts";
import { callInterceptors } from "./interceptors.ts";
import type { ServingStatus } from "./serving-status.ts";

/**
 * A port for probes that do not speak TLS, such as the kubelet's: health (grpc.health.v1) in plain text, and nothing
 * else.
 */
export async function startHealthServer(options: {
  host: string;
  port: number;
  log: Logger;
  health: ServingStatus;
}): Promise<{ port: number; close(): void }> {
  const server = new Server();
  const closing = new AbortController();
  const { log } = options;
  const open = createGrpcRouter(server, {
    log,
    closing: closing.signal,
    interceptors: callInterceptors(log),
  });
  open.service(Health, options.health.service);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${options.host}:${options.port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  mendRequests(server);
  return {
    port,
    close() {
      closing.abort();
      server.forceShutdown();
    },
  };
}
