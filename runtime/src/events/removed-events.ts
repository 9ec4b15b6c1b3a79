import type { ConsumerInfo, JetStreamManager } from "@nats-io/jetstream";
import type { Logger } from "../process/log.ts";
import type { ConsumeOptions } from "./consumer.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { Requests } from "./requests.ts";

const LOOK_MS = 30_000;

/** The type of the letter that stands for events which are gone. */
export const REMOVED = "ticketing.events.removed";

/** The subject at which the owner of a stream is asked to announce every document of it again. */
export const republishOf = (stream: string) => `republish.${stream}`;
/** The subject at which it is asked whether that is done: refused while a request is left. */
export const republishedOf = (stream: string) => `republished.${stream}`;
/** The subject at which a comparison of everything is asked for. */
export const RECONCILE = "reconcile";

/** How far a durable consumer is: all before was handled, or is announced again. */
interface Place {
  /** When the consumer was made: one that is made anew begins again. */
  created: string;
  sequence: number;
  /** The first of the removed events for which a letter is kept. */
  announced?: number;
}

interface Broker {
  manager: JetStreamManager;
  deadLetters: Pick<DeadLetters, "setAside">;
  requests: Pick<Requests, "ask">;
  log: Logger;
}

/** Has what removed events told be told again, and what came of their loss be found. Both may be repeated. */
export async function askForRepair({ requests }: Pick<Broker, "requests">, stream: string): Promise<void> {
  await requests.ask(republishOf(stream));
  await requests.ask(RECONCILE);
}

/**
 * Looks whether the stream removed events before their consumer handled them, as it does when they reach their age: when
 * the consumer is opened, and then every half a minute. The broker reports no such loss, and counts what it removed as
 * handled sooner or later. So events are missed if the stream has them no more and the consumer, when last looked at, had
 * not handled them. At the first look the broker is believed: it may count events as handled that a process received and
 * did not handle before it died, and if those were removed since, nobody notices. Operators get a dead letter, and the
 * repair is asked for until it is taken.
 */
export function watchRemoved(
  { manager, deadLetters, requests, log }: Broker,
  { stream, durable, filter }: Pick<ConsumeOptions, "stream" | "durable" | "filter">,
  everyMs = LOOK_MS,
) {
  let place: Place | undefined;

  async function setAside(from: number, to: number): Promise<void> {
    const id = `${stream}:removed:${from}:${durable}`;
    const reason = `of the events ${from} to ${to} some were removed before they were handled`;
    log.error({ stream, durable, from, to }, "events were removed before they were handled");
    const letter = { id, subject: filter, type: REMOVED, time: new Date(), payload: new Uint8Array() };
    await deadLetters.setAside(id, { ...letter, stream, sequence: to }, durable, reason);
  }

  async function look(opened?: ConsumerInfo): Promise<void> {
    const consumer = opened ?? (await manager.consumers.info(stream, durable));
    // Read after the consumer: whatever that may count as handled because it is gone is gone from the stream by now.
    const { state } = await manager.streams.info(stream);
    const { created, ack_floor, delivered } = consumer;
    const handled = Math.min(ack_floor.stream_seq, delivered.stream_seq);
    if (place?.created !== created) place = { created, sequence: handled };
    const from = place.sequence + 1;
    if (state.first_seq > from) {
      if (place.announced !== from) await setAside(from, state.first_seq - 1);
      place.announced = from;
      await askForRepair({ requests }, stream);
      // What was stored until now is announced again as it is.
      place.sequence = state.last_seq;
    }
    place.sequence = Math.max(place.sequence, handled);
  }

  let looks = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const lookNext = (opened?: ConsumerInfo) => {
    looks = looks
      .then(() => look(opened))
      .catch((error: unknown) => {
        if (!stopped) log.warn({ err: error, stream, durable }, "removed events are looked for again later");
      });
  };
  return {
    /** The consumer is about to be read, and was like this before. */
    opened(consumer: ConsumerInfo): void {
      if (stopped) return;
      lookNext(consumer);
      timer ??= setInterval(() => lookNext(), everyMs);
    },
    stop(): void {
      stopped = true;
      clearInterval(timer);
    },
  };
}
