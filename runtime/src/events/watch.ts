import { setTimeout as sleep } from "node:timers/promises";
import type {
  ConsumerMessages,
  JetStreamClient,
  JetStreamManager,
  JsMsg,
  StreamInfo,
} from "@nats-io/jetstream";
import type { Logger } from "../process/log.ts";
import type { BrokerAccess } from "./broker-access.ts";
import { type IncomingEvent, incoming } from "./consumer.ts";

const RESTART_MS = 500;

/** An event of a watched stream. Most are of documents that nobody watches: nothing is parsed that is not asked for. */
export interface WatchedEvent {
  /** The id of the document, with which the subject ends. */
  documentId: string;
  /** The document's version that it tells of. Parses the headers. */
  version: () => number;
  /** Parses the headers. */
  read: () => IncomingEvent;
}

export interface WatchOptions {
  stream: string;
  filter: string;
  /** Takes every event of every document, one after the other. */
  handle: (event: WatchedEvent) => void;
  /** Events may have been missed (the stream lost some): read what you watch again. */
  onGap?: () => void;
}

/** The last sequence that a watch has taken, and the stream that counts it: one made anew begins again at 1. */
interface Position {
  created: string;
  sequence: number;
}

/**
 * Hears new events with an ephemeral, ordered consumer of this process alone. When the consumer is lost, the watch
 * goes on after the last event that it took; before the first one that is where the stream ended when the watch
 * began. What a handler throws is logged and passed over: a watch shows the present, the durable consumers keep the
 * record. Waits for the stream to be there. Returns how to stop.
 */
export async function startWatch(
  broker: { client: JetStreamClient; manager: JetStreamManager; access: BrokerAccess; log: Logger },
  options: WatchOptions,
): Promise<() => Promise<void>> {
  const { client, manager, log } = broker;
  const { stream } = options;
  const need = broker.access.need(`the watch of ${stream}`);
  let stopped = false;
  let messages: ConsumerMessages | undefined;
  let position: Position | undefined;

  const open = async () => {
    const next = placeIn(await manager.streams.info(stream), position);
    const consumer = await client.consumers.get(stream, {
      filter_subjects: options.filter,
      // With "deliver new" the client library would go back to the stream's first event whenever it has to make the
      // consumer again before one was received.
      opt_start_seq: next.position.sequence + 1,
    });
    const opened = await consumer.consume({ abort_on_missing_resource: true });
    messages = opened;
    position = next.position;
    if (next.gap) options.onGap?.();
    need.granted();
    // Takes effect when the messages are read.
    if (stopped) void opened.close();
    return opened;
  };

  const read = async (from: ConsumerMessages) => {
    for await (const message of from) {
      if (position) position.sequence = message.seq;
      try {
        options.handle(watched(message));
      } catch (error) {
        log.warn({ err: error, subject: message.subject }, "a watched event was passed over");
      }
    }
  };

  const began = Promise.withResolvers<void>();
  const loop = async () => {
    while (!stopped) {
      try {
        const opened = await open();
        began.resolve();
        await read(opened);
      } catch (error) {
        need.failed(error);
        log.warn({ err: error, stream }, "the watch starts again");
      }
      if (!stopped) await sleep(RESTART_MS);
    }
    began.resolve();
  };

  const ended = loop();
  await began.promise;
  return async () => {
    stopped = true;
    await messages?.close();
    await ended;
  };
}

function watched(message: JsMsg): WatchedEvent {
  const { subject } = message;
  const read = () => incoming(message);
  return {
    documentId: subject.slice(subject.lastIndexOf(".") + 1),
    version() {
      const { id } = read();
      return Number(id.slice(id.lastIndexOf(":") + 1));
    },
    read,
  };
}

/** Where a watch goes on in the stream as it is now, and whether events between were lost to it. */
function placeIn(
  { created, state }: Pick<StreamInfo, "created" | "state">,
  last: Position | undefined,
): { position: Position; gap: boolean } {
  if (!last) return { position: { created, sequence: state.last_seq }, gap: false };
  // A stream that was made anew: nothing in it was taken yet.
  if (last.created !== created) return { position: { created, sequence: 0 }, gap: true };
  // A stream that lost its end gives the same numbers to other events.
  const lostTail = state.last_seq < last.sequence;
  return {
    position: { created, sequence: lostTail ? state.last_seq : last.sequence },
    gap: lostTail || state.first_seq > last.sequence + 1,
  };
}
