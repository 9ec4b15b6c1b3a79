import { setTimeout as sleep } from "node:timers/promises";
import {
  AckPolicy,
  type ConsumerMessages,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import type { Logger } from "../process/log.ts";
import { measureHandled } from "../process/measures.ts";
import { withRequestId } from "../process/request-context.ts";
import { requestIdOf } from "../process/trace-context.ts";
import type { BrokerAccess } from "./broker-access.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { askForRepair, REMOVED, watchRemoved } from "./removed-events.ts";
import type { Requests } from "./requests.ts";

/** So many of its events a consumer handles at a time. */
export const CONCURRENT_EVENTS = 16;
const ACK_WAIT_MS = 30_000;
const MAX_BACKOFF_MS = 30_000;
const RESTART_MS = 500;

/** An event as a handler gets it. */
export interface IncomingEvent {
  subject: string;
  /** `<document id>:<version>`. */
  id: string;
  type: string;
  time: Date;
  /** The request that caused it; handlers run in its context, so that logs and calls carry it on. */
  requestId?: string;
  payload: Uint8Array;
  /**
   * It was published under its own id, be it late or twice. Absent or false where it was announced or handled again:
   * then it may be all that is left of what happened to its document before.
   */
  isNews?: boolean;
  stream: string;
  sequence: number;
}

/** Thrown by a handler for an event that breaks its contract: no repeat can help. */
export class PoisonEvent extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PoisonEvent";
  }
}

export interface ConsumeOptions {
  stream: string;
  /** The durable consumer's name: one place in the stream, shared by all replicas. */
  durable: string;
  filter: string;
  /** Called up to 16 at a time, in no promised order, at least once for each event. */
  handle: (event: IncomingEvent) => Promise<void>;
}

/** What consumers work with. */
export interface Broker {
  client: JetStreamClient;
  manager: JetStreamManager;
  access: BrokerAccess;
  deadLetters: DeadLetters;
  requests: Requests;
  log: Logger;
}

/**
 * Acknowledges after the handler is done. A failure is delivered again with backoff, without limit; a
 * {@link PoisonEvent} goes to the dead letters. Events that the stream removed before they were handled are asked for
 * again. Waits for the stream, which its owner creates. Returns how to stop.
 */
export function startConsumer(broker: Broker, options: ConsumeOptions): () => Promise<void> {
  const { client, manager, access, log } = broker;
  const { stream, durable } = options;
  const need = access.need(`the consumer ${durable} of ${stream}`);
  let stopped = false;
  let messages: ConsumerMessages | undefined;
  const running = new Set<Promise<void>>();
  const removed = watchRemoved(broker, options);

  const open = async () => {
    const found = await manager.consumers.add(stream, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
      filter_subject: options.filter,
      max_deliver: -1,
      max_ack_pending: 1000,
    });
    removed.opened(found);
    const consumer = await client.consumers.get(stream, durable);
    // A consumer that an operator made to begin again was deleted: it is made anew.
    const opened = await consumer.consume({
      max_messages: CONCURRENT_EVENTS * 4,
      abort_on_missing_resource: true,
    });
    messages = opened;
    need.granted();
    // Takes effect when the messages are read.
    if (stopped) void opened.close();
    return opened;
  };

  const read = async (from: ConsumerMessages) => {
    for await (const message of from) {
      const work = handleOne(broker, options, message).finally(() => running.delete(work));
      running.add(work);
      if (running.size >= CONCURRENT_EVENTS) await Promise.race(running);
    }
  };

  const loop = async () => {
    while (!stopped) {
      try {
        await read(await open());
      } catch (error) {
        need.failed(error);
        log.warn({ err: error, stream, durable }, "the consumer starts again");
      }
      if (!stopped) await sleep(RESTART_MS);
    }
  };

  const ended = loop();
  const stopReplays = broker.deadLetters.onReplay(options, (letter) => handleAgain(broker, options, letter));
  return async () => {
    stopped = true;
    stopReplays();
    removed.stop();
    await messages?.close();
    await Promise.allSettled(running);
    await ended;
  };
}

async function handleOne(broker: Broker, options: ConsumeOptions, message: JsMsg): Promise<void> {
  const { durable, stream } = options;
  const begun = Date.now();
  try {
    const event = incoming(message);
    await withRequestId(event.requestId, () => options.handle(event));
    message.ack();
    measureHandled({ durable, stream, outcome: "done", begun, stored: message.time });
  } catch (error) {
    if (error instanceof PoisonEvent) {
      await deadLetter(broker, options, message, error);
      measureHandled({ durable, stream, outcome: "set_aside", begun });
    } else {
      measureHandled({ durable, stream, outcome: "later", begun });
      const deliveries = message.info.deliveryCount;
      broker.log.warn({ err: error, subject: message.subject, deliveries }, "an event is tried again later");
      message.nak(Math.min(100 * 2 ** deliveries, MAX_BACKOFF_MS));
    }
  }
}

/** Keeps the event aside; only when that is stored is the original ended. */
async function deadLetter(
  { deadLetters, log }: Broker,
  { stream, durable }: ConsumeOptions,
  message: JsMsg,
  poison: PoisonEvent,
): Promise<void> {
  try {
    const id = `${stream}:${message.seq}:${durable}`;
    await deadLetters.setAside(id, incoming(message), durable, poison.message);
    log.error({ subject: message.subject, reason: poison.message }, "an event was dead-lettered");
    message.term(poison.message.slice(0, 100));
  } catch (error) {
    log.warn({ err: error, subject: message.subject }, "a poison event waits: it could not be set aside");
    message.nak(MAX_BACKOFF_MS);
  }
}

/** Handles a dead letter on an operator's request. What is poison still is set aside anew, under another number. */
async function handleAgain(
  broker: Broker,
  { durable, handle }: ConsumeOptions,
  { id, event }: { id: string; event: IncomingEvent },
): Promise<void> {
  const { deadLetters, log } = broker;
  if (event.type === REMOVED) return askForRepair(broker, event.stream);
  try {
    await withRequestId(event.requestId, () => handle(event));
  } catch (error) {
    log.warn({ err: error, subject: event.subject }, "a dead letter could not be handled again");
    if (!(error instanceof PoisonEvent)) throw error;
    await deadLetters.setAside(id, event, durable, error.message);
  }
}

/** The event in a message. */
export function incoming(message: JsMsg): IncomingEvent {
  const time = message.headers?.get("ce-time");
  const id = message.headers?.get("ce-id") ?? "";
  return {
    subject: message.subject,
    id,
    // What is announced again has an id of its own as a message.
    isNews: id !== "" && message.headers?.get("Nats-Msg-Id") === id,
    type: message.headers?.get("ce-type") ?? "",
    requestId: requestIdOf(message.headers?.get("traceparent")),
    time: time ? new Date(time) : message.time,
    payload: message.data,
    stream: message.info.stream,
    sequence: message.seq,
  };
}
