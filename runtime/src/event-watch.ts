import { setTimeout as sleep } from "node:timers/promises";
import { type ConsumerMessages, DeliverPolicy, type JetStreamClient } from "@nats-io/jetstream";
import { type IncomingEvent, incoming } from "./event-consumer.ts";
import type { Logger } from "./log.ts";

const RESTART_MS = 500;

export interface WatchOptions {
  stream: string;
  filter: string;
  handle: (event: IncomingEvent) => Promise<void>;
  /** Events may have been missed (the broker was away): read what you watch again. */
  onGap?: () => void;
}

/**
 * Hears new events with an ephemeral, ordered consumer of this process alone. What a handler throws is logged
 * and passed over: a watch shows the present, the durable consumers keep the record. Returns how to stop.
 */
export async function startWatch(
  { client, log }: { client: JetStreamClient; log: Logger },
  options: WatchOptions,
): Promise<() => Promise<void>> {
  let stopped = false;
  let messages: ConsumerMessages | undefined;

  const open = async () => {
    const consumer = await client.consumers.get(options.stream, {
      filter_subjects: options.filter,
      deliver_policy: DeliverPolicy.New,
    });
    messages = await consumer.consume();
    return messages;
  };

  const read = async (from: ConsumerMessages) => {
    for await (const message of from) {
      try {
        await options.handle(incoming(message));
      } catch (error) {
        log.warn({ err: error, subject: message.subject }, "a watched event was passed over");
      }
    }
  };

  const loop = async (first: ConsumerMessages) => {
    await read(first).catch((error: unknown) => log.warn({ err: error }, "a watch ended"));
    while (!stopped) {
      await sleep(RESTART_MS);
      try {
        const again = await open();
        options.onGap?.();
        await read(again);
      } catch (error) {
        log.warn({ err: error, stream: options.stream }, "the watch starts again");
      }
    }
  };

  const ended = loop(await open());
  return async () => {
    stopped = true;
    await messages?.close();
    await ended;
  };
}
