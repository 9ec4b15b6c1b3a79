import { inDatabase, type KeptRow, type KeyRow, resultOf, THE_KEY } from "./database.ts";

// Apart from what keeps and reads: every page forgets, and loads no more than it needs.

/** The first part of the keys of all queries that read what is kept. */
export const KEPT = "kept";

/** Forgets the tickets of some orders. */
export const forgetTickets = (orderIds: readonly string[]): Promise<void> =>
  inDatabase("readwrite", async ({ tickets }) => {
    for (const orderId of orderIds) tickets.delete(orderId);
  });

/** Forgets every ticket that is not of this user, or of no use any more; without a user all of them, and the key. */
export const forgetOthers = (owner: string | undefined): Promise<void> =>
  inDatabase("readwrite", async ({ keys, tickets }) => {
    const key = await resultOf<KeyRow | undefined>(keys.get(THE_KEY));
    if (key && key.owner === owner) {
      const rows = await resultOf<KeptRow[]>(tickets.getAll());
      for (const { orderId, until } of rows) if (until <= Date.now()) tickets.delete(orderId);
    } else {
      keys.clear();
      tickets.clear();
    }
  });
