import { setTimeout as sleep } from "node:timers/promises";
import type { Collection, Filter } from "mongodb";
import type { Logger } from "../process/log.ts";
import { measurePublished } from "../process/measures.ts";
import { createMarks } from "./marks.ts";
import type { Aggregate, Transition } from "./transition.ts";

/** Between two turns: within a second a document says what the broker has acknowledged, and what was left is found. */
const TURN_MS = 900;
/** What is pending for longer has lost its writer, which would have published and marked it. */
const LEFT_MS = 3000;
const BATCH = 100;
/** How many documents are tried at a time as they are written while the broker takes none. */
const TRIED_IN_VAIN = 8;
const MAX_BACKOFF_MS = 10_000;

/** The index that finds documents with unpublished events. */
export const byPending = { pending: 1, updateTime: 1 } as const;

/** Publishes what documents have pending, from the documents themselves: they are the outbox. */
export interface Relay<T extends Aggregate> {
  /** This process wrote the document: what is new in it is published now, without reading it again. */
  written(document: T): void;
  /** The newest version that the broker acknowledged and the document does not record yet; 0 if there is none. */
  acknowledged(id: string): number;
  start(): void;
  /** Ends when what is under way has been published and marked. */
  stop(): Promise<void>;
}

/**
 * A relay for one collection. Each process publishes what it wrote itself, and marks it a moment later, many documents
 * in one command. Once a second it looks for what nobody published; what it starts with, or after a failure, it takes
 * all of. Two relays at once, or a crash at any point, only publish again what consumers and the stream's
 * deduplication already know.
 */
export function createRelay<T extends Aggregate>(options: {
  collection: Collection<T>;
  /** Resolves when the broker has stored the event. */
  publish: (document: T, transition: Transition) => Promise<void>;
  log: Logger;
}): Relay<T> {
  const { collection, publish, log } = options;
  const marks = createMarks(collection);
  /** The last turn of each document that is being published. */
  const turns = new Map<string, Promise<void>>();
  const stopped = new AbortController();
  let loop: Promise<void> | undefined;
  let failures = 0;
  let takesAll = true;

  async function publishNews(document: T): Promise<void> {
    const known = Math.max(document.published, marks.acknowledged(document._id));
    for (const transition of document.history) {
      if (transition.version <= known) continue;
      await publish(document, transition);
      measurePublished(collection.collectionName, transition.time);
    }
    marks.acknowledge(document._id, document.version);
  }

  /** In turns, one document's events are published in their order, and each once. */
  function publishInTurn(document: T): Promise<void> {
    const { _id } = document;
    const before = turns.get(_id)?.catch(() => undefined);
    const turn = before ? before.then(() => publishNews(document)) : publishNews(document);
    const end = () => {
      if (turns.get(_id) === turn) turns.delete(_id);
    };
    turns.set(_id, turn);
    turn.then(end, end);
    return turn;
  }

  /** Publishes what a process left that died, or could not publish. Tells whether there may be more. */
  async function look(): Promise<boolean> {
    const left = { updateTime: { $lt: new Date(Date.now() - LEFT_MS) } };
    // The driver's generic types cannot see that every T has these fields.
    const filter = { pending: true, ...(!takesAll && left) } as Filter<Aggregate> as Filter<T>;
    const documents = (await collection.find(filter).limit(BATCH).toArray()) as T[];
    const results = await Promise.allSettled(documents.map(publishInTurn));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    return documents.length === BATCH;
  }

  function failed(error: unknown): void {
    failures++;
    takesAll = true;
    log.warn({ err: error, failures }, "events wait: they could not be published");
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopped.signal }).catch(() => undefined);

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      const before = failures;
      try {
        await marks.save();
        const isThereMore = await look();
        // A publication failed during this look, which may have missed its document: look again.
        if (failures > before) continue;
        failures = 0;
        takesAll &&= isThereMore;
        if (!isThereMore) await pause(TURN_MS);
      } catch (error) {
        failed(error);
        await pause(Math.min(100 * 2 ** failures, MAX_BACKOFF_MS));
      }
    }
  }

  return {
    written(document) {
      marks.written(document);
      // The rest is found by looking, however much it becomes.
      const hasRoom = failures === 0 || turns.size < TRIED_IN_VAIN;
      if (!loop || !document.pending || !hasRoom) return;
      publishInTurn(document).catch((error: unknown) => {
        if (failures === 0) failed(error);
      });
    },
    acknowledged: marks.acknowledged,
    start() {
      loop = run();
    },
    async stop() {
      stopped.abort();
      await loop;
      await Promise.allSettled(turns.values());
      await marks
        .save()
        .catch((error: unknown) => log.warn({ err: error }, "events will be published again"));
    },
  };
}
