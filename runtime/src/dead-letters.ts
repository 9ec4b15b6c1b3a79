import { randomUUID } from "node:crypto";
import { Code } from "@connectrpc/connect";
import type { JetStreamManager, StoredMsg } from "@nats-io/jetstream";
import { DomainError } from "./domain-error.ts";
import type { Publish } from "./event-publisher.ts";

const STREAM = "DEAD_LETTERS";

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
} as const;

/** The headers that say where a dead letter came from. A reason is one line. */
export function deadLetterHeaders(origin: Omit<DeadLetter, "sequence" | "time">): Record<string, string> {
  return {
    [header.stream]: origin.stream,
    [header.consumer]: origin.consumer,
    [header.subject]: origin.subject,
    [header.reason]: origin.reason.replace(/[^\x20-\x7e]/g, " ").slice(0, 200),
  };
}

/** Reading and replaying the stream of dead letters. */
export function createDeadLetters(manager: JetStreamManager, publish: Publish) {
  const read = (sequence: number) => manager.streams.getMessage(STREAM, { seq: sequence }).catch(() => null);

  return {
    async countDeadLetters(): Promise<number> {
      return (await manager.streams.info(STREAM)).state.messages;
    },

    async listDeadLetters(query: { before?: number; limit: number }): Promise<DeadLetter[]> {
      const { state } = await manager.streams.info(STREAM);
      const letters: DeadLetter[] = [];
      const newest = Math.min(state.last_seq, (query.before ?? Number.POSITIVE_INFINITY) - 1);
      for (let seq = newest; seq >= state.first_seq && seq > 0 && letters.length < query.limit; seq--) {
        const message = await read(seq);
        if (message) letters.push(letterOf(message));
      }
      return letters;
    },

    async replayDeadLetter(sequence: number): Promise<void> {
      const message = await read(sequence);
      if (!message) {
        throw new DomainError(Code.NotFound, "DEAD_LETTER_NOT_FOUND", "there is no such dead letter");
      }
      const { subject } = letterOf(message);
      await publish(subject, {
        // A new id, so that the stream does not take the replay for a repeat.
        id: `replay:${sequence}:${randomUUID()}`,
        type: message.header.get("ce-type"),
        source: message.header.get("ce-source"),
        time: new Date(message.header.get("ce-time")),
        payload: message.data,
      });
      await manager.streams.deleteMessage(STREAM, sequence);
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
