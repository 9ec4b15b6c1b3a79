import type { DescService } from "@bufbuild/protobuf";
import type { z } from "zod";
import type { Relay } from "../documents/relay.ts";
import type { Aggregate } from "../documents/transition.ts";
import { createServiceTokens } from "../identity/service-tokens.ts";
import type { CommonConfig } from "../process/config.ts";
import { startTelemetry } from "../process/telemetry.ts";
import { createInternalClient, type InternalClient } from "./internal-client.ts";
import { openResources, type ProcessResources, type resourcesConfig } from "./process-resources.ts";
import { type PublicServeOptions, type Serving, serve } from "./serve.ts";

type Configuration = CommonConfig & z.output<typeof resourcesConfig>;

/** The connections from which a service builds its parts. */
export interface ServiceResources extends ProcessResources {
  /** A client of another service's internal API; its health is part of this process's, and it closes with it. */
  callee<T extends DescService>(service: T, name: string, addresses: string[]): Promise<InternalClient<T>>;
}

/** What a service serves. */
export interface ProcessParts
  extends Pick<PublicServeOptions, "publicRoutes" | "publicHttp" | "internalRoutes" | "uses" | "conditions"> {
  /** What publishes its events. Started before it serves, and the first to stop. */
  relay?: Pick<Relay<Aggregate>, "start" | "stop">;
  /** Run in order when the ports are drained and the broker is left, before the database is. */
  close?: (() => void | Promise<void>)[];
}

/**
 * Runs the process of a service that has a database: connects, lets `build` create its parts, serves them until SIGTERM
 * or SIGINT, and closes them in an order that loses no work in progress.
 */
export async function runProcess<Config extends Configuration>(
  name: string,
  config: Config,
  build: (resources: ServiceResources) => Promise<ProcessParts>,
): Promise<Serving> {
  startTelemetry(name, config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const resources = await openResources(name, config);
  const { log, security, database, events } = resources;
  const callees = new Map<string, { ping(): Promise<void>; close(): void }>();
  const {
    relay,
    close = [],
    uses,
    ...routes
  } = await build({
    ...resources,
    async callee(service, callee, addresses) {
      const tokens = await createServiceTokens({ name, keyFile: config.SERVICE_KEY_FILE, log });
      const client = createInternalClient(service, { addresses, callee, tokens, security });
      callees.set(callee, client);
      return client;
    },
  });
  relay?.start();
  return serve({
    ...routes,
    name,
    config,
    log,
    security,
    needs: { database: database.ping },
    uses: { ...uses, ...Object.fromEntries([...callees].map(([callee, { ping }]) => [callee, ping])) },
    events,
    close: [
      async () => relay?.stop(),
      events.close,
      ...close.map((step) => async () => step()),
      async () => {
        for (const client of callees.values()) client.close();
      },
      database.close,
    ],
  });
}
