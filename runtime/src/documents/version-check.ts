import type { Collection, Filter } from "mongodb";
import type { Logger } from "../process/log.ts";
import type { Versioned } from "./document-store.ts";

const EVERY_MS = 15_000;
const BATCH = 1_000;

/** A document's id and the version that the database holds. */
export type HeldVersion = Pick<Versioned, "_id" | "version">;

export interface VersionCheck {
  /** Checks now, and not only when the time comes: events were lost. Resolves in any case when it is over. */
  now(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Asks the database every 15 seconds for the versions of the documents that are watched in this process. So a live view
 * is never much further behind, whatever became of the events: the broker is away, or its stream lost some. Versions
 * of a thousand documents are one question.
 */
export function startVersionCheck<T extends Versioned>(options: {
  collection: Collection<T>;
  /** The ids of what is watched now. */
  watched: () => Iterable<string>;
  /** Takes what was found, and reads anew what it knows an older version of. */
  found: (versions: HeldVersion[]) => void | Promise<void>;
  log: Logger;
  everyMs?: number;
}): VersionCheck {
  const { collection, watched, found, log, everyMs = EVERY_MS } = options;
  let stopped = false;

  const check = async () => {
    const ids = [...watched()];
    for (let at = 0; at < ids.length && !stopped; at += BATCH) {
      // The driver's generic types cannot see that every T has these fields.
      const some = { _id: { $in: ids.slice(at, at + BATCH) } } as Filter<T>;
      await found(await collection.find<HeldVersion>(some, { projection: { version: 1 } }).toArray());
    }
  };

  let running = Promise.resolve();
  const now = () => {
    running = running
      .then(check)
      .catch((err: unknown) => log.warn({ err }, "could not check what is watched; the next time will tell"));
    return running;
  };
  const timer = setInterval(now, everyMs);
  return {
    now,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
