import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, errors } from "@nats-io/transport-node";
import type { Logger } from "../process/log.ts";
import { retrying } from "../process/retrying.ts";
import type { TransportSecurity } from "../process/transport-security.ts";
import { createBrokerAccess } from "./broker-access.ts";
import { brokerLogin } from "./broker-login.ts";
import { type ConsumeOptions, startConsumer } from "./consumer.ts";
import { type ConsumerLag, readConsumerLag } from "./consumer-lag.ts";
import { createDeadLetters, DEAD_LETTER_SUBJECTS, DEAD_LETTERS, type DeadLetter } from "./dead-letters.ts";
import { createPublisher, type OutgoingEvent } from "./publisher.ts";
import { readStorageOf, readStreamStorage, type StreamStorage } from "./stream-storage.ts";
import { ensureStream, type StreamSettings } from "./streams.ts";
import { startWatch, type WatchOptions } from "./watch.ts";

export { type IncomingEvent, PoisonEvent } from "./consumer.ts";
export type { ConsumerLag } from "./consumer-lag.ts";
export type { DeadLetter } from "./dead-letters.ts";
export type { OutgoingEvent } from "./publisher.ts";
export type { StreamStorage } from "./stream-storage.ts";
export type { WatchedEvent } from "./watch.ts";

/** Domain events over JetStream. */
export interface Events {
  /**
   * Creates the stream or brings it to the settings given at the start: its owner does. Streams are files and
   * deduplicate. One that is full refuses events until old ones have reached their age.
   */
  ensureStream(name: string, subjects: string[]): Promise<void>;
  /** Resolves when the stream has stored the event on disk. */
  publish(event: OutgoingEvent): Promise<void>;
  /** Handles a stream's events with a durable consumer that all replicas share, as soon as the stream is there. */
  consume(options: ConsumeOptions): void;
  /** Hears a stream's new events in this replica alone. Resolves once nothing can be missed any more. */
  watch(options: WatchOptions): Promise<void>;
  /** Forgets a durable consumer's place: whoever consumes begins again at the stream's first event. */
  forget(stream: string, durable: string): Promise<void>;
  /** How far each durable consumer is behind. */
  consumerLag(): Promise<ConsumerLag[]>;
  /** What each stream takes on the disk of a server that keeps it. */
  streamStorage(): Promise<StreamStorage[]>;
  /** What one stream takes there. */
  storageOf(stream: string): Promise<StreamStorage>;
  /**
   * Creates the stream of dead letters, as its owner; until then, events that break their contract wait. Letters have
   * no age, since nobody else keeps the event that is in one; while their stream is full, such events wait too.
   */
  ensureDeadLetters(): Promise<void>;
  /** Those that were not handled again. */
  countDeadLetters(): Promise<number>;
  /** Newest first; `before` is a sequence. */
  listDeadLetters(query: { before?: number; limit: number }): Promise<DeadLetter[]>;
  /**
   * Asks the consumer that set the event aside to handle it again; one that was handled already is done. Throws
   * NOT_FOUND DEAD_LETTER_NOT_FOUND; UNAVAILABLE DEAD_LETTER_CONSUMER_AWAY.
   */
  replayDeadLetter(sequence: number): Promise<void>;
  /** Tells whoever listens at this moment; kept nowhere, and lost while the broker is away. */
  tell(subject: string, payload: Uint8Array): void;
  /** Hears what is told, in this replica. */
  hear(subject: string, handle: (payload: Uint8Array) => void): void;
  /** Rejects while the broker is away, with a BrokerRefusal while it refuses the login or a consumer. */
  ping(): Promise<void>;
  /** Lets handlers end, then disconnects. */
  close(): Promise<void>;
}

const RESUBSCRIBE_MS = 500;
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
  const dial = () =>
    connect({
      ...brokerLogin(options.natsUrl),
      ...(security && { tls: { caFile: security.authorityFile } }),
      name: options.name,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      // By default two refused logins in a row end the connection for good.
      ignoreAuthErrorAbort: true,
      pingInterval: 10_000,
      // They cost two stack traces a publication.
      noAsyncTraces: true,
    });
  const connection = await retrying(dial, log, "broker");
  // checkAPI asks the broker at once; whoever needs it finds out by its own call.
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const client = jetstream(connection);
  const publish = createPublisher(client);
  const deadLetters = createDeadLetters({ connection, manager, publish });
  const access = createBrokerAccess();
  const login = access.need("the login");
  const stops: (() => Promise<void>)[] = [];
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

  /** A subscription that the broker refused is over: it is made again until the broker takes it. */
  function listen(subject: string, handle: (payload: Uint8Array) => void): void {
    if (connection.isClosed()) return;
    const need = access.need(`the subscription to ${subject}`);
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) {
          need.failed(error);
          setTimeout(() => listen(subject, handle), RESUBSCRIBE_MS).unref();
          return;
        }
        need.granted();
        try {
          handle(message.data);
        } catch (failure) {
          log.warn({ err: failure, subject }, "what was told could not be heard");
        }
      },
    });
  }

  return {
    ensureStream: (name, subjects) => ensureStream(manager, name, subjects, streams),
    publish: (event) => publish(event.subject, event),
    consume(consume) {
      stops.push(startConsumer({ client, manager, access, deadLetters, log }, consume));
    },
    async watch(watch) {
      stops.push(await startWatch({ client, manager, access, log }, watch));
    },
    async forget(stream, durable) {
      await manager.consumers.delete(stream, durable);
    },
    consumerLag: () => readConsumerLag(manager),
    streamStorage: () => readStreamStorage(manager),
    storageOf: (stream) => readStorageOf(manager, stream),
    ensureDeadLetters: () =>
      ensureStream(manager, DEAD_LETTERS, [DEAD_LETTER_SUBJECTS], { ...streams, maxAgeMs: undefined }),
    countDeadLetters: deadLetters.countDeadLetters,
    listDeadLetters: deadLetters.listDeadLetters,
    replayDeadLetter: deadLetters.replayDeadLetter,
    tell: (subject, payload) => connection.publish(subject, payload),
    hear: listen,
    ping: async () => {
      access.require();
      await connection.flush();
    },
    async close() {
      closing = true;
      await Promise.all(stops.map((stop) => stop()));
      await connection.close();
    },
  };
}
