import type { Events } from "@ticketing/runtime/events/events";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";

/** The streams of what an order causes. */
const STREAMS = ["TICKETS", "ORDERS", "PAYMENTS"];
/** From this share on, what is left of a stream is for the orders that are under way. */
const RESERVE_AT = 0.9;
/** From this share of TICKETS on, what is left is for buyers: no seller, and no flood of listings, can end the sale. */
const LISTINGS_END_AT = 0.8;
const LOOK_MS = 10_000;
/** What was seen longer ago says nothing: who cannot look lets buyers in, since events can wait in the documents. */
const BELIEVED_MS = 60_000;
/** Events reach their age one by one, and a stream is soon made larger. */
const RETRY_MS = 60_000;

/** Whether the streams have room for what somebody begins. Neither question asks anybody, or waits. */
export interface EventRoom {
  /** For the events of one more order. Throws RESOURCE_EXHAUSTED EVENTS_FULL when a stream has taken 90 % of what it may. */
  requireRoom(): void;
  /** For a new or changed listing. Throws RESOURCE_EXHAUSTED EVENTS_FULL when TICKETS has taken 80 % of what it may. */
  requireListingRoom(): void;
}

/** Looks again every ten seconds, when asked, beside the call that asked. */
export function createEventRoom(options: {
  events: Pick<Events, "storageOf">;
  log: Pick<Logger, "warn">;
  now?: () => number;
}): EventRoom {
  const { events, log, now = () => performance.now() } = options;
  let seen: { time: number; full: string[]; listingsEnd: boolean } | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const time = now();
    const streams = await Promise.all(STREAMS.map((stream) => events.storageOf(stream)));
    const takenOf = (share: number) => streams.filter(({ bytes, limit }) => limit && bytes >= share * limit);
    const full = takenOf(RESERVE_AT);
    const listingsEnd = takenOf(LISTINGS_END_AT).some(({ stream }) => stream === "TICKETS");
    seen = { time, full: full.map(({ stream }) => stream), listingsEnd };
    if (listingsEnd) log.warn("no ticket is listed or changed: what is left of TICKETS is for buyers");
    if (full.length > 0)
      log.warn({ streams: full }, "no ticket is locked: what is left of the streams is for open orders");
  }

  /** What was seen last, unless that was too long ago. */
  function lately() {
    if (now() - lookedAt >= LOOK_MS) {
      lookedAt = now();
      look().catch((error: unknown) => log.warn({ err: error }, "nobody could say what the streams take"));
    }
    return seen && now() - seen.time < BELIEVED_MS ? seen : undefined;
  }

  return {
    requireRoom() {
      if (lately()?.full.length)
        throw new DomainError("EVENTS_FULL", "open orders come first; try again later", {}, RETRY_MS);
    },
    requireListingRoom() {
      if (lately()?.listingsEnd)
        throw new DomainError("EVENTS_FULL", "buyers come first; try again later", {}, RETRY_MS);
    },
  };
}
