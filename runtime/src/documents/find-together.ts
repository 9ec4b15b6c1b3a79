import type { Collection, Filter } from "mongodb";

/** How many documents one command reads: as many as fit into a cursor's first batch. */
const MAX_IDS = 100;

/** Who waits for a document, by its id. */
type Waiting<T> = Map<string, PromiseWithResolvers<T | null>>;

/**
 * Finds documents by their ids. What is asked for within one turn of the event loop is read by one command, once it is
 * over: every reader sees all that was written before it asked, as if it had asked alone, and waits for nobody else's
 * read. Readers of one document get the same object, which nobody changes.
 */
export function findTogether<T extends { _id: string }>(
  collection: Collection<T>,
): (id: string) => Promise<T | null> {
  let next: Waiting<T> | undefined;

  function nextRead(): Waiting<T> {
    if (next && next.size < MAX_IDS) return next;
    const waiting: Waiting<T> = new Map();
    next = waiting;
    setImmediate(() => {
      if (next === waiting) next = undefined;
      void answer(collection, waiting);
    });
    return waiting;
  }

  return (id) => {
    const waiting = nextRead();
    const found = waiting.get(id) ?? Promise.withResolvers<T | null>();
    waiting.set(id, found);
    return found.promise;
  };
}

async function answer<T extends { _id: string }>(
  collection: Collection<T>,
  waiting: Waiting<T>,
): Promise<void> {
  try {
    // The driver's generic types cannot see that every T has these fields.
    const filter = { _id: { $in: [...waiting.keys()] } } as Filter<T>;
    const documents = (await collection.find(filter).toArray()) as T[];
    const byId = new Map(documents.map((document) => [document._id, document]));
    for (const [id, { resolve }] of waiting) resolve(byId.get(id) ?? null);
  } catch (error) {
    for (const { reject } of waiting.values()) reject(error);
  }
}
