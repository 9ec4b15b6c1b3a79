import type { DescService } from "@bufbuild/protobuf";
import { type Database, openDatabase } from "../documents/database.ts";
import type { Relay } from "../documents/relay.ts";
import type { Aggregate } from "../documents/transition.ts";
import type { BrokerAddress } from "../events/broker-connection.ts";
import { createEvents, type Events } from "../events/events.ts";
import { createServiceTokens } from "../identity/service-tokens.ts";
import { type CommonConfig, streamSettings } from "../process/config.ts";
import { createLogger, type Logger } from "../process/log.ts";
import { startTelemetry } from "../process/telemetry.ts";
import { openTransportSecurity } from "../process/transport-security.ts";
import { createInternalClient, type InternalClient } from "./internal-client.ts";
import { type PublicServeOptions, type Serving, serve } from "./serve.ts";

/** The connections from which a service builds its parts. */
export interface ServiceResources {
  log: Logger;
  /** Where the broker is, for a connection of a thread's own. */
  broker: BrokerAddress;
  events: Events;
  /** Opens this process's own database, without which it does not serve; it closes last. */
  database(uri: string): Promise<Database>;
  /** A client of another service's internal API; its health is part of this process's, and it closes with it. */
  callee<T extends DescService>(service: T, name: string, addresses: string[]): Promise<InternalClient<T>>;
}

/** What a service serves. */
export interface ProcessParts
  extends Pick<
    PublicServeOptions,
    "publicRoutes" | "publicHttp" | "publicHandlers" | "internalRoutes" | "uses" | "conditions"
  > {
  /** What publishes its events, one for each kind of document. Started before it serves, and the first to stop. */
  relays?: readonly Pick<Relay<Aggregate>, "start" | "stop">[];
  /** Run in order when the ports are drained and the broker is left, before the database is. */
  close?: (() => void | Promise<void>)[];
}

/**
 * Runs the process of a service: connects to the broker, lets `build` create its parts, serves them until SIGTERM
 * or SIGINT, and closes them in an order that loses no work in progress.
 */
export async function runProcess(
  name: string,
  config: CommonConfig,
  build: (resources: ServiceResources) => Promise<ProcessParts>,
): Promise<Serving> {
  startTelemetry(name, config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const log = createLogger(name, config.LOG_LEVEL);
  const security = await openTransportSecurity(config.TLS_DIR, log);
  const streams = streamSettings(config);
  const events = await createEvents({ natsUrl: config.NATS_URL, streams, name, log, security });
  let own: Database | undefined;
  const callees = new Map<string, { ping(): Promise<void>; close(): void }>();
  const {
    relays = [],
    close = [],
    uses,
    ...routes
  } = await build({
    log,
    broker: { natsUrl: config.NATS_URL, name, authorityFile: security?.authorityFile },
    events,
    async database(uri) {
      own = await openDatabase(uri, log, security);
      return own;
    },
    async callee(service, callee, addresses) {
      const tokens = await createServiceTokens({ name, keyFile: config.SERVICE_KEY_FILE, log });
      const client = createInternalClient(service, { addresses, callee, tokens, security });
      callees.set(callee, client);
      return client;
    },
  });
  for (const relay of relays) relay.start();
  return serve({
    ...routes,
    name,
    config,
    log,
    security,
    needs: own ? { database: own.ping } : {},
    uses: { ...uses, ...Object.fromEntries([...callees].map(([callee, { ping }]) => [callee, ping])) },
    events,
    close: [
      async () => {
        await Promise.all(relays.map((relay) => relay.stop()));
      },
      events.close,
      ...close.map((step) => async () => step()),
      async () => {
        for (const client of callees.values()) client.close();
      },
      async () => own?.close(),
    ],
  });
}
