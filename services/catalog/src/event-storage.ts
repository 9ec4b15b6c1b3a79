import type { Events } from "@ticketing/runtime/events/events";
import type { Logger } from "@ticketing/runtime/process/log";
import { measureStored } from "@ticketing/runtime/process/measures";

const READ_MS = 30_000;
/** Shares of what the broker may store. Full, it takes no event: they wait in the services, and read models stand still. */
const WARN_AT = 0.7;
const URGE_AT = 0.9;

/** Looks after the room that the broker has for events. */
export interface EventStorage {
  /** Rejects when events take 70 % of the room or more, or nobody could say how much they take. */
  requireRoom(): Promise<void>;
}

/**
 * Reads every half minute, when asked, what the streams take, and measures it. Without a `limit` in bytes there is
 * nothing to hold it against.
 */
export function createEventStorage(options: {
  events: Pick<Events, "streamStorage">;
  limit: number | undefined;
  log: Pick<Logger, "error">;
  now?: () => number;
}): EventStorage {
  const { events, limit, log, now = () => performance.now() } = options;
  let last: { time: number; used: Promise<number> } | undefined;

  async function read(): Promise<number> {
    const streams = await events.streamStorage();
    measureStored(streams, limit);
    const used = streams.reduce((sum, { bytes }) => sum + bytes, 0);
    if (limit && used >= URGE_AT * limit) log.error({ streams, limit }, "the broker's disk is almost full");
    return used;
  }

  return {
    async requireRoom() {
      if (!last || now() - last.time >= READ_MS) last = { time: now(), used: read() };
      const { used } = last;
      used.catch(() => {
        last = undefined;
      });
      const bytes = await used;
      if (limit && bytes >= WARN_AT * limit) throw new Error(fullness(bytes, limit));
    },
  };
}

const fullness = (bytes: number, limit: number): string =>
  `events take ${gigabytes(bytes)} of the ${gigabytes(limit)} that the broker may store (${Math.floor((100 * bytes) / limit)} %): make its disks larger`;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
