import { JetStreamApiError, type JetStreamManager, type StoredMsg } from "@nats-io/jetstream";
import { errors, type NatsConnection } from "@nats-io/transport-node";
import { DomainError } from "../process/domain-error.ts";
import { requestIdOf } from "../process/trace-context.ts";
import type { IncomingEvent } from "./consumer.ts";
import type { Publish } from "./publisher.ts";
import { ensureStream, type StreamSettings } from "./streams.ts";

/** Keeps dead letters at `dlq.<stream>.<consumer>`, and beside them, for good, the notices that one was handled. */
export const DEAD_LETTERS = "DEAD_LETTERS";
const DEAD_LETTER_SUBJECTS = "dlq.>";
const ALL_NOTICES = "dlq.*.*.handled.*";
const STREAM_NOT_FOUND = 10_059;
/** A handler that asks a database answers well within it. */
const REPLAY_TIMEOUT_MS = 10_000;
const HANDLED = "handled";

/** An event that broke its contract, and for whom. */
export interface DeadLetter {
  sequence: number;
  stream: string;
  consumer: string;
  subject: string;
  reason: string;
  time: Date;
}

const header = {
  stream: "dlq-stream",
  consumer: "dlq-consumer",
  subject: "dlq-subject",
  reason: "dlq-reason",
  eventId: "dlq-event-id",
  eventSequence: "dlq-event-sequence",
} as const;

const noticeOf = ({ stream, consumer, sequence }: DeadLetter) =>
  `dlq.${stream}.${consumer}.handled.${sequence}`;
const replaySubject = (stream: string, consumer: string) => `replay.${stream}.${consumer}`;
const isNotice = (subject: string) => subject.split(".").length > 3;

/** The dead letters of all consumers, as operators see to them. */
export interface DeadLetterDesk {
  /**
   * Creates their stream, as its owner; until then, events that break their contract wait. Letters have no age, since
   * nobody else keeps the event that is in one; while their stream is full, such events wait too.
   */
  ensure(): Promise<void>;
  /** Those that were not handled again. */
  count(): Promise<number>;
  /** Newest first; `before` is a sequence. */
  list(query: { before?: number; limit: number }): Promise<DeadLetter[]>;
  /**
   * Asks the consumer that set the event aside to handle it again; one that was handled already is done. Throws
   * NOT_FOUND DEAD_LETTER_NOT_FOUND; UNAVAILABLE DEAD_LETTER_CONSUMER_AWAY.
   */
  replay(sequence: number): Promise<void>;
}

/** The dead letters, as their consumers have them too. */
export interface DeadLetters extends DeadLetterDesk {
  /** Keeps an event that its consumer cannot understand. `id` tells repeats. */
  setAside(id: string, event: IncomingEvent, consumer: string, reason: string): Promise<void>;
  /** The ids of all that is set aside, handled again or not. Reads every letter. */
  ids(): Promise<Set<string>>;
  /**
   * Takes the requests to handle a letter of this consumer again; one of its replicas gets each, or each of them
   * `everywhere`. `handle` rejects when the letter has to wait. Returns how to stop.
   */
  onReplay(
    consumer: { stream: string; durable: string; everywhere?: boolean },
    handle: (letter: { id: string; event: IncomingEvent }) => Promise<void>,
  ): () => void;
}

/**
 * A consumer sets events aside, handles them on request, and says so; nobody takes
 * a letter out of the stream, and none but its own consumer gets the event again.
 */
export function createDeadLetters(deps: {
  connection: NatsConnection;
  manager: JetStreamManager;
  publish: Publish;
  /** How streams are kept. */
  streams: StreamSettings;
}): DeadLetters {
  const { connection, manager, publish, streams } = deps;

  async function read(sequence: number): Promise<StoredMsg | undefined> {
    const message = await manager.streams.getMessage(DEAD_LETTERS, { seq: sequence }).catch(() => null);
    return message && !isNotice(message.subject) ? message : undefined;
  }

  /** The stream's state, with the notices in it; undefined until it is there. */
  async function readState() {
    try {
      const { state } = await manager.streams.info(DEAD_LETTERS, { subjects_filter: ALL_NOTICES });
      return { ...state, notices: new Map(Object.entries(state.subjects ?? {})) };
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined;
      throw error;
    }
  }

  return {
    ensure: () =>
      ensureStream(manager, DEAD_LETTERS, [DEAD_LETTER_SUBJECTS], { ...streams, maxAgeMs: undefined }),

    async setAside(id, event, consumer, reason) {
      await publish(
        `dlq.${event.stream}.${consumer}`,
        { ...event, id, source: consumer },
        {
          [header.stream]: event.stream,
          [header.consumer]: consumer,
          [header.subject]: event.subject,
          // A header is one line.
          [header.reason]: reason.replace(/[^\x20-\x7e]/g, " ").slice(0, 200),
          [header.eventId]: event.id,
          [header.eventSequence]: `${event.sequence}`,
        },
      );
    },

    async ids() {
      const state = await readState();
      const ids = new Set<string>();
      if (!state) return ids;
      for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
        const message = await read(seq);
        if (message) ids.add(message.header.get("ce-id"));
      }
      return ids;
    },

    onReplay({ stream, durable, everywhere }, handle) {
      const answer = async (sequence: number) => {
        const message = await read(sequence);
        if (!message) throw new Error("there is no such letter");
        const letter = letterOf(message);
        if (letter.stream !== stream || letter.consumer !== durable) throw new Error("another's letter");
        await handle({ id: `${DEAD_LETTERS}:${sequence}:${durable}`, event: eventOf(message, letter) });
        const notice = noticeOf(letter);
        // Once, whoever handles it at the same time.
        await publish(notice, {
          id: notice,
          type: notice,
          source: durable,
          time: new Date(),
          payload: new Uint8Array(),
        });
      };
      const subscription = connection.subscribe(replaySubject(stream, durable), {
        ...(!everywhere && { queue: durable }),
        callback: (error, request) => {
          if (error) return;
          answer(Number(request.string())).then(
            () => request.respond(HANDLED),
            (failure: unknown) => request.respond(String(failure)),
          );
        },
      });
      return () => subscription.unsubscribe();
    },

    async count() {
      const state = await readState();
      if (!state) return 0;
      // Two replicas may have said it of one letter.
      const said = [...state.notices.values()].reduce((sum, count) => sum + count, 0);
      return state.messages - said - state.notices.size;
    },

    async list(query) {
      const state = await readState();
      if (!state) return [];
      const letters: DeadLetter[] = [];
      const newest = Math.min(state.last_seq, (query.before ?? Number.POSITIVE_INFINITY) - 1);
      for (let seq = newest; seq >= state.first_seq && seq > 0 && letters.length < query.limit; seq--) {
        const message = await read(seq);
        const letter = message && letterOf(message);
        if (letter && !state.notices.has(noticeOf(letter))) letters.push(letter);
      }
      return letters;
    },

    async replay(sequence) {
      const message = await read(sequence);
      if (!message) {
        throw new DomainError("DEAD_LETTER_NOT_FOUND", "there is no such dead letter");
      }
      const letter = letterOf(message);
      if ((await readState())?.notices.has(noticeOf(letter))) return;
      const answer = await connection
        .request(replaySubject(letter.stream, letter.consumer), `${sequence}`, { timeout: REPLAY_TIMEOUT_MS })
        .then((reply) => reply.string())
        .catch((error: unknown) => {
          if (error instanceof errors.RequestError || error instanceof errors.TimeoutError)
            return error.message;
          throw error;
        });
      if (answer !== HANDLED) {
        throw new DomainError(
          "DEAD_LETTER_CONSUMER_AWAY",
          "the consumer cannot take its dead letter now; try again",
        );
      }
    },
  };
}

function letterOf(message: StoredMsg): DeadLetter {
  return {
    sequence: message.seq,
    stream: message.header.get(header.stream),
    consumer: message.header.get(header.consumer),
    subject: message.header.get(header.subject),
    reason: message.header.get(header.reason),
    time: message.time,
  };
}

/** The event as its consumer first got it. */
function eventOf(message: StoredMsg, letter: DeadLetter): IncomingEvent {
  const time = message.header.get("ce-time");
  return {
    subject: letter.subject,
    id: message.header.get(header.eventId) || message.header.get("ce-id"),
    type: message.header.get("ce-type"),
    requestId: requestIdOf(message.header.get("traceparent")),
    time: time ? new Date(time) : message.time,
    payload: message.data,
    stream: letter.stream,
    sequence: Number(message.header.get(header.eventSequence)),
  };
}
