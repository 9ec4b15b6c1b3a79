import type { Events } from "@ticketing/runtime/events/events";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";

/** The streams of what an order causes. */
const STREAMS = ["TICKETS", "ORDERS", "PAYMENTS"];
/** From this share on, what is left of a stream is for the orders that are under way. */
const RESERVE_AT = 0.9;
const LOOK_MS = 10_000;
/** What was seen longer ago says nothing: who cannot look lets buyers in, since events can wait in the documents. */
const BELIEVED_MS = 60_000;
/** Events reach their age one by one, and a stream is soon made larger. */
const RETRY_MS = 60_000;

/** Whether the streams have room for the events of one more order. */
export interface EventRoom {
  /** Throws RESOURCE_EXHAUSTED EVENTS_FULL when a stream has taken 90 % of what it may. Asks nobody, and never waits. */
  requireRoom(): void;
}

/** Looks again every ten seconds, when asked, beside the call that asked. */
export function createEventRoom(options: {
  events: Pick<Events, "storageOf">;
  log: Pick<Logger, "warn">;
  now?: () => number;
}): EventRoom {
  const { events, log, now = () => performance.now() } = options;
  let seen: { time: number; full: string[] } | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const time = now();
    const streams = await Promise.all(STREAMS.map((stream) => events.storageOf(stream)));
    const full = streams.filter(({ bytes, limit }) => limit && bytes >= RESERVE_AT * limit);
    seen = { time, full: full.map(({ stream }) => stream) };
    if (full.length > 0)
      log.warn({ streams: full }, "no ticket is locked: what is left of the streams is for open orders");
  }

  return {
    requireRoom() {
      if (now() - lookedAt >= LOOK_MS) {
        lookedAt = now();
        look().catch((error: unknown) => log.warn({ err: error }, "nobody could say what the streams take"));
      }
      if (seen && seen.full.length > 0 && now() - seen.time < BELIEVED_MS)
        throw new DomainError("EVENTS_FULL", "open orders come first; try again later", {}, RETRY_MS);
    },
  };
}
