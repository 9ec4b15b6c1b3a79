import type { DescService } from "@bufbuild/protobuf";
import type { Interceptor, ServiceImpl } from "@connectrpc/connect";
import { Server } from "@grpc/grpc-js";
import { Health } from "@ticketing/proto/grpc/health/v1/health";
import { createServiceInterceptor, type ServiceAuthenticator } from "../identity/service-tokens.ts";
import type { Logger } from "../process/log.ts";
import type { TransportSecurity } from "../process/transport-security.ts";
import { type GrpcPort, openGrpcPort } from "./grpc/port.ts";
import { createGrpcRouter } from "./grpc/router.ts";
import { callInterceptors } from "./interceptors.ts";
import { publicContracts } from "./public-contracts.ts";
import { addReflection } from "./reflection.ts";
import type { ServingStatus } from "./serving-status.ts";

const MAX_MESSAGE_BYTES = 64 * 1024;

/** Collects the services of the internal port. */
export interface InternalRouter {
  service<T extends DescService>(service: T, implementation: ServiceImpl<T>): InternalRouter;
}

export type InternalServer = GrpcPort;

/**
 * The port for other services, on grpc-js. Every call of a routed service needs a service token, which is checked
 * before its request is read; health (grpc.health.v1) and reflection do not. Which services may call a method its
 * handler says, after the rules of the contract were checked: those are no secret among services, which all have the
 * contract.
 */
export async function startInternalServer(options: {
  host: string;
  port: number;
  log: Logger;
  authenticate: ServiceAuthenticator;
  routes: (router: InternalRouter) => void;
  health: ServingStatus;
  /** By TLS alone; absent: in plain text. */
  security?: TransportSecurity | undefined;
}): Promise<InternalServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.enable_channelz": 0,
    "grpc.keepalive_time_ms": 30_000,
    // Callers come back through DNS now and then, so that a replica that was added gets its share.
    "grpc.max_connection_age_ms": 300_000,
    "grpc.max_connection_age_grace_ms": 30_000,
  });
  const closing = new AbortController();
  const { log } = options;
  const routerFor = (...own: Interceptor[]) =>
    createGrpcRouter(server, { log, closing: closing.signal, interceptors: callInterceptors(log, own) });
  const authenticated = routerFor(createServiceInterceptor(options.authenticate));
  const described = [...publicContracts];
  const router: InternalRouter = {
    service(service, implementation) {
      authenticated.service(service, implementation);
      described.push(service);
      return router;
    },
  };
  options.routes(router);
  const open = routerFor();
  open.service(Health, options.health.service);
  addReflection(open, described);
  const { port, drain } = await openGrpcPort(server, options);
  return {
    port,
    drain(ms) {
      closing.abort();
      return drain(ms);
    },
  };
}
