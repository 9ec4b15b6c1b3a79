import type { Events, StreamStorage } from "@ticketing/runtime/events/events";
import type { Logger } from "@ticketing/runtime/process/log";
import { measureStored } from "@ticketing/runtime/process/measures";

const READ_MS = 30_000;
/**
 * Shares of what the broker and each of its streams may store. Full, it takes no event, or none of that stream: they
 * wait in the services, and read models stand still.
 */
const WARN_AT = 0.7;
const URGE_AT = 0.9;

/** Looks after the room that the broker has for events. */
export interface EventStorage {
  /** Rejects when events take 70 % of the room or of their stream's, or nobody could say how much they take. */
  requireRoom(): Promise<void>;
  /** What each stream takes, by name, read at most half a minute ago. */
  streams(): Promise<StreamFill[]>;
}

/** What a stream takes, and whether it is 70 % or more of what it may. */
export type StreamFill = StreamStorage & { alarm: boolean };

/**
 * Reads every half minute, when asked, what the streams take, and measures it. Without a `limit` in bytes each stream
 * is held against its own alone.
 */
export function createEventStorage(options: {
  events: Pick<Events, "streamStorage">;
  limit: number | undefined;
  log: Pick<Logger, "error">;
  now?: () => number;
}): EventStorage {
  const { events, limit, log, now = () => performance.now() } = options;
  let last: { time: number; streams: Promise<StreamStorage[]> } | undefined;

  async function read(): Promise<StreamStorage[]> {
    const streams = await events.streamStorage();
    measureStored(streams, limit);
    if (roomsOf(streams, limit).some((room) => isTaken(room, URGE_AT)))
      log.error({ streams, limit }, "the broker's room for events is almost taken");
    return streams;
  }

  function readSometimes(): Promise<StreamStorage[]> {
    if (!last || now() - last.time >= READ_MS) last = { time: now(), streams: read() };
    const { streams } = last;
    streams.catch(() => {
      last = undefined;
    });
    return streams;
  }

  return {
    async requireRoom() {
      const scarce = roomsOf(await readSometimes(), limit).filter((room) => isTaken(room, WARN_AT));
      if (scarce.length > 0) throw new Error(scarce.map(fullness).join("; "));
    },
    async streams() {
      const fills = (await readSometimes()).map((stream) => ({
        ...stream,
        alarm: stream.limit !== undefined && isTaken({ ...stream, limit: stream.limit }, WARN_AT),
      }));
      return fills.sort((a, b) => a.stream.localeCompare(b.stream));
    },
  };
}

/** Room for events: in all, or of one stream. */
interface Room {
  stream?: string;
  bytes: number;
  limit: number;
}

function roomsOf(streams: readonly StreamStorage[], limit: number | undefined): Room[] {
  const bytes = streams.reduce((sum, stream) => sum + stream.bytes, 0);
  const own = streams.flatMap((stream) => (stream.limit ? [{ ...stream, limit: stream.limit }] : []));
  return limit ? [{ bytes, limit }, ...own] : own;
}

const isTaken = ({ bytes, limit }: Room, share: number): boolean => bytes >= share * limit;

function fullness({ stream, bytes, limit }: Room): string {
  const share = `${gigabytes(bytes)} of the ${gigabytes(limit)}`;
  const percent = Math.floor((100 * bytes) / limit);
  if (stream)
    return `${stream} takes ${share} that it may (${percent} %): make it larger, or the age of its events shorter`;
  return `events take ${share} that the broker may store (${percent} %): make its disks larger`;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
