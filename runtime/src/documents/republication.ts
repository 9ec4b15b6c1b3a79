import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Collection, Db, Filter } from "mongodb";
import type { Logger } from "../process/log.ts";
import type { Versioned } from "./document-store.ts";

const BATCH = 100;
/** Between two batches: what people do meanwhile is published in between. */
const PAUSE_MS = 100;
const LOOK_MS = 10_000;
/** A pass that nobody has brought on for so long was left by a process that died. */
const LEFT_MS = 30_000;

/** A request to announce all documents again, kept until it is done, and how far the pass is that serves it. */
interface Request {
  /** The name of the republication. */
  _id: string;
  /** Made anew by each request. */
  request: string;
  /** The request that the pass serves: another may have come meanwhile. */
  serves: string;
  /** The last document that was announced. */
  after: string;
  updateTime: Date;
}

/** Announces every document of a collection again when that is asked for, whatever process dies meanwhile. */
export interface Republication {
  /** Resolves when the request is stored: every document is announced as it is then, or later. */
  request(): Promise<void>;
  /** Rejects while a request is left. */
  requireDone(): Promise<void>;
  start(): void;
  /** What is left of a pass is another's, or this service's when it starts again. */
  stop(): Promise<void>;
}

/**
 * One process at a time passes through the documents, in the order of their ids and slowly; it writes down how far it
 * is, and stops when another has taken over. `announce` resolves when the broker has stored the document's event; events
 * of one pass are told apart from those of another.
 */
export function createRepublication<T extends Versioned>(options: {
  db: Db;
  /** Tells it from those of other collections in the database. */
  name: string;
  collection: Collection<T>;
  announce: (document: T, pass: string) => Promise<void>;
  log: Logger;
  /** After how long a pass is taken to be left, and how often one is looked for, in ms. */
  leftMs?: number;
  lookMs?: number;
}): Republication {
  const { name, collection, announce, log, leftMs = LEFT_MS, lookMs = LOOK_MS } = options;
  const requests = options.db.collection<Request>("republications");
  const stopped = new AbortController();
  let wake = Promise.withResolvers<void>();
  let loop: Promise<void> | undefined;

  /** Writes down how the pass is, unless another process has taken it over. */
  async function save(held: Request, change: Partial<Request>): Promise<Request | undefined> {
    const set = { ...change, updateTime: new Date(Math.max(Date.now(), held.updateTime.getTime() + 1)) };
    const { matchedCount } = await requests.updateOne(
      { _id: name, updateTime: held.updateTime },
      { $set: set },
    );
    return matchedCount === 1 ? { ...held, ...set } : undefined;
  }

  async function take(): Promise<Request | undefined> {
    const found = await requests.findOne({ _id: name });
    return found && Date.now() - found.updateTime.getTime() >= leftMs ? save(found, {}) : undefined;
  }

  /** Announces the next documents; undefined once all were, or another does it. */
  async function step(held: Request): Promise<Request | undefined> {
    const { serves, after } = held;
    // The driver's generic types cannot see that every T has a string as its id.
    const filter = { _id: { $gt: after } } as Filter<T>;
    const documents = (await collection.find(filter).sort({ _id: 1 }).limit(BATCH).toArray()) as T[];
    for (const document of documents) await announce(document, serves);
    const last = documents.at(-1);
    if (last) return save(held, { after: last._id });
    const { deletedCount } = await requests.deleteOne({
      _id: name,
      request: serves,
      updateTime: held.updateTime,
    });
    if (deletedCount === 1) return void log.warn({ name }, "every document was announced again");
    const now = await requests.findOne({ _id: name });
    return now ? save(held, { serves: now.request, after: "" }) : undefined;
  }

  const pause = (ms: number) =>
    Promise.race([sleep(ms, undefined, { signal: stopped.signal }).catch(() => undefined), wake.promise]);

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      wake = Promise.withResolvers();
      try {
        for (let held = await take(); held && !stopped.signal.aborted; held = await step(held))
          await sleep(PAUSE_MS, undefined, { signal: stopped.signal });
      } catch (error) {
        if (!stopped.signal.aborted) log.warn({ err: error, name }, "documents are announced again later");
      }
      await pause(lookMs);
    }
  }

  return {
    async request() {
      const request = randomUUID();
      const fresh = { serves: request, after: "", updateTime: new Date(0) };
      await requests.updateOne({ _id: name }, { $set: { request }, $setOnInsert: fresh }, { upsert: true });
      log.warn({ name }, "every document is to be announced again");
      wake.resolve();
    },
    async requireDone() {
      if (await requests.findOne({ _id: name })) throw new Error(`${name} is being announced again`);
    },
    start() {
      loop = run();
    },
    async stop() {
      stopped.abort();
      await loop;
    },
  };
}
