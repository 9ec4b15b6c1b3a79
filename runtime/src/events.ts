import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { type ConsumerLag, readConsumerLag } from "./consumer-lag.ts";
import { createDeadLetters, type DeadLetter } from "./dead-letters.ts";
import { type ConsumeOptions, startConsumer } from "./event-consumer.ts";
import { createPublisher, type OutgoingEvent } from "./event-publisher.ts";
import { startWatch, type WatchOptions } from "./event-watch.ts";
import type { Logger } from "./log.ts";
import { ensureStream } from "./streams.ts";

export type { ConsumerLag } from "./consumer-lag.ts";
export type { DeadLetter } from "./dead-letters.ts";
export { type IncomingEvent, PoisonEvent } from "./event-consumer.ts";
export type { OutgoingEvent } from "./event-publisher.ts";

/** Domain events over JetStream. */
export interface Events {
  /** Creates the stream or brings it to its settings. Streams are files, never expire and deduplicate. */
  ensureStream(name: string, subjects: string[]): Promise<void>;
  /** Resolves when the stream has stored the event on disk. */
  publish(event: OutgoingEvent): Promise<void>;
  /** Handles a stream's events with a durable consumer that all replicas share. */
  consume(options: ConsumeOptions): Promise<void>;
  /** Hears a stream's new events in this replica alone. Resolves once nothing can be missed any more. */
  watch(options: WatchOptions): Promise<void>;
  /** Forgets a durable consumer's place: whoever consumes begins again at the stream's first event. */
  forget(stream: string, durable: string): Promise<void>;
  /** How far each durable consumer is behind. */
  consumerLag(): Promise<ConsumerLag[]>;
  countDeadLetters(): Promise<number>;
  /** Newest first; `before` is a sequence. */
  listDeadLetters(query: { before?: number; limit: number }): Promise<DeadLetter[]>;
  /** Delivers a dead letter's event again. Throws NOT_FOUND DEAD_LETTER_NOT_FOUND. */
  replayDeadLetter(sequence: number): Promise<void>;
  /** Tells whoever listens at this moment; kept nowhere, and lost while the broker is away. */
  tell(subject: string, payload: Uint8Array): void;
  /** Hears what is told, in this replica. */
  hear(subject: string, handle: (payload: Uint8Array) => void): void;
  /** Rejects while the broker is away. */
  ping(): Promise<void>;
  /** Lets handlers end, then disconnects. */
  close(): Promise<void>;
}

/** A connection that never gives up: it waits for the broker at start and after every loss. */
export async function createEvents(options: {
  /** With `user:password@` before the host where the broker asks for them. */
  natsUrl: string;
  /** How many servers of the broker's cluster keep each event; 1 by default. */
  replicas?: number;
  name: string;
  log: Logger;
}): Promise<Events> {
  const { log, replicas = 1 } = options;
  const { host, username, password } = new URL(options.natsUrl);
  const connection = await connect({
    servers: host,
    // Answers come back under the user's own name, where a broker with permissions lets nobody else listen.
    ...(username && { user: decodeURIComponent(username), inboxPrefix: `_INBOX.${username}` }),
    ...(password && { pass: decodeURIComponent(password) }),
    name: options.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
    pingInterval: 10_000,
  });
  // checkAPI asks the broker at once; whoever needs it finds out by its own call.
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const client = jetstream(connection);
  const publish = createPublisher(client);
  const deadLetters = createDeadLetters(manager, publish);
  const stops: (() => Promise<void>)[] = [];
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === "disconnect" || status.type === "reconnect")
        log.warn({ type: status.type }, "broker");
    }
  })();
  await ensureStream(manager, "DEAD_LETTERS", ["dlq.>"], replicas);

  return {
    ensureStream: (name, subjects) => ensureStream(manager, name, subjects, replicas),
    publish: (event) => publish(event.subject, event),
    async consume(consume) {
      stops.push(await startConsumer({ client, manager, publish, log }, consume));
    },
    async watch(watch) {
      stops.push(await startWatch({ client, log }, watch));
    },
    async forget(stream, durable) {
      await manager.consumers.delete(stream, durable);
    },
    consumerLag: () => readConsumerLag(manager),
    ...deadLetters,
    tell: (subject, payload) => connection.publish(subject, payload),
    hear(subject, handle) {
      connection.subscribe(subject, {
        callback: (error, message) => {
          try {
            if (error) throw error;
            handle(message.data);
          } catch (failure) {
            log.warn({ err: failure, subject }, "what was told could not be heard");
          }
        },
      });
    },
    ping: async () => {
      await connection.flush();
    },
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      await connection.close();
    },
  };
}
