import type { Collection, Filter, UpdateFilter } from "mongodb";
import type { Logger } from "../process/log.ts";
import { measurePublished } from "../process/measures.ts";
import type { Aggregate, Transition } from "./transition.ts";

const POLL_MS = 1000;
const BATCH = 100;
const CONCURRENCY = 8;
const MAX_BACKOFF_MS = 10_000;

/** Publishes what documents have pending, from the documents themselves: the outbox of D6. */
export interface Relay {
  /** This process wrote the document; publish it now. */
  wake(id: string): void;
  start(): void;
  /** Ends after the document at hand. */
  stop(): Promise<void>;
}

/**
 * A relay for one collection. What its own process writes it asks for by id, so that replicas do not do each
 * other's work and one shard answers; once a second it looks for what nobody published. Two at once, or a crash at
 * any point, only publish again what consumers and the stream's deduplication already know.
 */
export function createRelay<T extends Aggregate>(options: {
  collection: Collection<T>;
  /** Resolves when the broker has stored the event. */
  publish: (document: T, transition: Transition) => Promise<void>;
  log: Logger;
}): Relay {
  const { collection, publish, log } = options;
  let running = false;
  let loop = Promise.resolve();
  const written = new Set<string>();
  let wakeUp = () => {};
  let failures = 0;
  let nextLook = 0;

  // The driver's generic types cannot see that every T has these fields (here and below).
  const due = { pending: true } as Filter<T>;

  async function publishDue(document: T): Promise<void> {
    for (const transition of document.history) {
      if (transition.version <= document.published) continue;
      await publish(document, transition);
      measurePublished(collection.collectionName, transition.time);
    }
    const asRead = { _id: document._id, version: document.version } as Filter<T>;
    const marks = {
      $set: { published: document.version, pending: false },
    } as UpdateFilter<Aggregate> as UpdateFilter<T>;
    await collection.updateOne(asRead, marks);
  }

  async function publishAll(filter: Filter<T>): Promise<number> {
    const documents = (await collection.find(filter).limit(BATCH).toArray()) as T[];
    const results = await inParallel(documents, publishDue);
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    return documents.length;
  }

  async function publishWritten(): Promise<void> {
    const ids = [...written].slice(0, BATCH);
    for (const id of ids) written.delete(id);
    await publishAll({ ...due, _id: { $in: ids } } as Filter<T>);
  }

  /** What a process left that died, or could not publish. */
  async function publishLeft(): Promise<void> {
    const found = await publishAll(due);
    nextLook = found === BATCH ? 0 : Date.now() + POLL_MS;
  }

  async function pause(ms: number): Promise<void> {
    if (!running || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (running) {
      try {
        if (written.size > 0) await publishWritten();
        if (Date.now() >= nextLook) await publishLeft();
        failures = 0;
        if (written.size === 0) await pause(nextLook - Date.now());
      } catch (error) {
        failures++;
        log.warn({ err: error, failures }, "events wait: they could not be published");
        // Found by looking, all together, however many they become.
        written.clear();
        nextLook = 0;
        await pause(Math.min(100 * 2 ** failures, MAX_BACKOFF_MS));
      }
    }
  }

  return {
    wake(id) {
      written.add(id);
      wakeUp();
    },
    start() {
      running = true;
      loop = run();
    },
    async stop() {
      running = false;
      wakeUp();
      await loop;
    },
  };
}

async function inParallel<T>(
  items: T[],
  work: (item: T) => Promise<void>,
): Promise<PromiseSettledResult<void>[]> {
  const results: PromiseSettledResult<void>[] = [];
  for (let at = 0; at < items.length; at += CONCURRENCY) {
    results.push(...(await Promise.allSettled(items.slice(at, at + CONCURRENCY).map(work))));
  }
  return results;
}
