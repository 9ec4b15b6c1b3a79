import { Health } from "@ticketing/proto/grpc/health/v1/health";
import { createServiceAuthenticator } from "../identity/service-tokens.ts";
import type { CommonConfig, ProcessConfig } from "../process/config.ts";
import type { Logger } from "../process/log.ts";
import { stopTelemetry } from "../process/telemetry.ts";
import type { TransportSecurity } from "../process/transport-security.ts";
import { DRAIN_MS } from "./drain-time.ts";
import type { ServiceRouter } from "./grpc/router.ts";
import { createHealth, type Dependencies } from "./health.ts";
import { startHealthServer } from "./health-server.ts";
import { type InternalRouter, startInternalServer } from "./internal-server.ts";
import { publicContracts } from "./public-contracts.ts";
import { type HttpHandlers, type HttpRoutes, startPublicServer } from "./public-server.ts";
import { addReflection } from "./reflection.ts";
import { createServingStatus } from "./serving-status.ts";

export type { HttpHandlers, HttpRequest, HttpRoutes } from "./public-server.ts";
export type { HttpResponse } from "./write-response.ts";

const HEALTH_INTERVAL_MS = 2000;

/** What a process serves and depends on, which is asked every two seconds, and what it closes afterwards. */
export interface ServeOptions extends Dependencies {
  name: string;
  log: Logger;
  /** What its TLS_DIR says; absent where there is none: its ports speak plain text. */
  security?: TransportSecurity | undefined;
  /** The services of the internal port. */
  internalRoutes?: (router: InternalRouter) => void;
  /** Run in order after the ports were drained. */
  close?: (() => Promise<void>)[];
}

export interface PublicServeOptions extends ServeOptions {
  config: CommonConfig;
  publicRoutes: (router: ServiceRouter) => void;
  publicHttp?: HttpRoutes;
  publicHandlers?: HttpHandlers;
}

export interface Serving {
  publicPort?: number;
  internalPort: number;
  healthPort?: number;
  close(): Promise<void>;
}

/**
 * Opens the ports of a process and keeps its health up to date. On SIGTERM or SIGINT: not serving any more →
 * running calls end → dependencies are closed in order → exit.
 */
export async function serve(
  options: PublicServeOptions | (ServeOptions & { config: ProcessConfig; publicRoutes?: undefined }),
): Promise<Serving> {
  const { name, log, config, security } = options;
  if (config.TLS_DIR && !security) throw new Error("TLS_DIR is set and was not opened");
  const status = createServingStatus();
  const { publicRoutes } = options;
  const publicServer = publicRoutes
    ? await startPublicServer({
        config: options.config,
        log,
        routes: (router) => {
          publicRoutes(router);
          router.service(Health, status.service);
          addReflection(router, publicContracts);
        },
        http: options.publicHttp ?? {},
        handlers: options.publicHandlers,
        security,
      })
    : undefined;
  const internalServer = await startInternalServer({
    host: config.HOST,
    port: config.INTERNAL_PORT,
    log,
    authenticate: await createServiceAuthenticator({ name, keysFile: config.SERVICE_KEYS_FILE, log }),
    routes: options.internalRoutes ?? (() => undefined),
    health: status,
    security,
  });
  const healthServer =
    config.HEALTH_PORT === undefined
      ? undefined
      : await startHealthServer({ host: config.HOST, port: config.HEALTH_PORT, log, health: status });

  const health = createHealth(options);
  let closing: Promise<void> | undefined;
  const check = async () => {
    const { ready, whole } = await health.check();
    if (!closing) status.set({ ready, whole });
  };
  await check();
  const timer = setInterval(check, HEALTH_INTERVAL_MS);

  const close = () => {
    closing ??= (async () => {
      clearInterval(timer);
      status.set({ ready: false, whole: false });
      health.leave();
      await Promise.all([publicServer?.drain(DRAIN_MS), internalServer.drain(DRAIN_MS)]);
      healthServer?.close();
      for (const step of options.close ?? []) await step();
      await stopTelemetry();
      log.info("closed");
    })();
    return closing;
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.fatal({ err: error }, "closing failed");
          process.exit(1);
        },
      );
    });
  }
  const ports = {
    publicPort: publicServer?.port,
    internalPort: internalServer.port,
    healthPort: healthServer?.port,
  };
  log.info(ports, "serving");
  return { ...ports, close };
}
