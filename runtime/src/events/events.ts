import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import type { Logger } from "../process/log.ts";
import { retrying } from "../process/retrying.ts";
import type { TransportSecurity } from "../process/transport-security.ts";
import { createBrokerAccess } from "./broker-access.ts";
import { connectBroker } from "./broker-connection.ts";
import { type ConsumerLag, readConsumerLag } from "./consumer-lag.ts";
import { type Consuming, createConsuming } from "./consuming.ts";
import { createDeadLetters, type DeadLetterDesk } from "./dead-letters.ts";
import { createPresence, type Presence } from "./presence.ts";
import { createPublisher } from "./publisher.ts";
import { createPublishing, type Publishing } from "./publishing.ts";
import { createRequests, type Requests } from "./requests.ts";
import { readStorageOf, readStreamStorage, type StreamStorage } from "./stream-storage.ts";
import type { StreamSettings } from "./streams.ts";

export { CONCURRENT_EVENTS, type IncomingEvent, PoisonEvent } from "./consumer.ts";
export type { ConsumerLag } from "./consumer-lag.ts";
export type { Consuming } from "./consuming.ts";
export type { DeadLetter, DeadLetterDesk } from "./dead-letters.ts";
export type { Following } from "./follow.ts";
export type { FollowPosition, NextPosition } from "./follow-position.ts";
export type { Presence } from "./presence.ts";
export type { OutgoingEvent } from "./publisher.ts";
export type { Publishing } from "./publishing.ts";
export type { Requests } from "./requests.ts";
export type { StreamStorage } from "./stream-storage.ts";
export type { WatchedEvent, WatchOptions } from "./watch.ts";

/** What a connection to the broker is used for; each taker names the parts that it needs. */
export interface Events extends Publishing, Consuming {
  deadLetters: DeadLetterDesk;
  presence: Presence;
  requests: Requests;
  /** How far each durable consumer is behind. */
  consumerLag(): Promise<ConsumerLag[]>;
  /** What each stream takes on the disk of a server that keeps it. */
  streamStorage(): Promise<StreamStorage[]>;
  /** What one stream takes there. */
  storageOf(stream: string): Promise<StreamStorage>;
  /** Rejects while the broker is away, with a BrokerRefusal while it refuses the login or a consumer. */
  ping(): Promise<void>;
  /** Lets handlers end, then disconnects. */
  close(): Promise<void>;
}

const PULL = "$JS.API.CONSUMER.MSG.NEXT.";

/**
 * A connection that never gives up: it waits for the broker at start and after every loss, also while the broker
 * refuses the login, which a password that is being replaced does for a while. Should it end all the same, so does
 * the process: alive and deaf is worse than gone.
 */
export async function createEvents(options: {
  /** With `user:password@` before the host where the broker asks for them. */
  natsUrl: string;
  /** How the streams that this process owns are kept: on 1 server and without end by default. */
  streams?: StreamSettings;
  name: string;
  log: Logger;
  /** By TLS, and not at all with a broker that does not speak it; absent: in plain text, if the broker lets it. */
  security?: TransportSecurity | undefined;
}): Promise<Events> {
  const { log, streams = { replicas: 1 }, security } = options;
  if (new URL(options.natsUrl).protocol === "tls:" && !security)
    throw new Error("a broker by TLS needs TLS_DIR");
  const { natsUrl, name } = options;
  const dial = () => connectBroker({ natsUrl, name, authorityFile: security?.authorityFile });
  const connection = await retrying(dial, log, "broker");
  // checkAPI asks the broker at once; whoever needs it finds out by its own call.
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const client = jetstream(connection);
  const publish = createPublisher(client);
  const deadLetters = createDeadLetters({ connection, manager, publish, streams });
  const access = createBrokerAccess();
  const requests = createRequests({ connection, access, name: options.name });
  const consuming = createConsuming({ client, manager, access, deadLetters, requests, log });
  const login = access.need("the login");
  let closing = false;
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === "disconnect" || status.type === "reconnect")
        log.warn({ type: status.type }, "broker");
      if (status.type === "reconnect") access.forget();
      if (status.type !== "error") continue;
      const { error } = status;
      log.error({ err: error }, "the broker refused");
      if (!(error instanceof errors.PermissionViolationError)) login.failed(error);
      // Nobody waits for an answer to this request: a consumer that may not ask for events would just get none.
      else if (error.subject.startsWith(PULL)) access.need(error.subject).failed(error);
    }
  })();
  void connection.closed().then((error) => {
    if (closing) return;
    log.fatal({ err: error }, "the connection to the broker ended");
    process.exit(1);
  });

  return {
    ...createPublishing({ manager, publish, streams }),
    ...consuming,
    deadLetters,
    presence: createPresence({ connection, access, log }),
    requests,
    consumerLag: () => readConsumerLag(manager),
    streamStorage: () => readStreamStorage(manager),
    storageOf: (stream) => readStorageOf(manager, stream),
    ping: async () => {
      access.require();
      await connection.flush();
    },
    async close() {
      closing = true;
      await consuming.stop();
      await connection.close();
    },
  };
}
