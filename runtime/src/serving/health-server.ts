import { Server } from "@grpc/grpc-js";
import { Health } from "@ticketing/proto/grpc/health/v1/health";
import type { Logger } from "../process/log.ts";
import { openGrpcPort } from "./grpc/port.ts";
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
  const { port, drain } = await openGrpcPort(server, { host: options.host, port: options.port, log });
  return {
    port,
    close() {
      closing.abort();
      void drain(0);
    },
  };
}
