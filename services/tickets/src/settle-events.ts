import type { Clock } from "@ticketing/runtime/process/clock";
import type { AnyBulkWriteOperation } from "mongodb";
import type { EventDirectory } from "./event-directory.ts";
import { followEvent } from "./follow-event.ts";
import type { Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";

/**
 * Sees to it that no ticket misses what became of its event. That may change between the look at it and the write of
 * the ticket, and then its news may have passed this ticket over: whoever writes a ticket with an event that was looked
 * up marks it as unsure, and settles it then.
 */
export interface EventSettling {
  /**
   * The ticket with its event as it is now, and sure of it. Looks again until nothing is new: from then on it hears the
   * news like any other. Throws what the directory throws.
   */
  settle(ticket: Ticket): Promise<Ticket>;
  /** Notes in the tickets that they are settled, by one command for many. Until then they are settled here alone. */
  save(): Promise<void>;
}

export function createEventSettling(deps: {
  tickets: TicketStore;
  directory: Pick<EventDirectory, "find">;
  clock: Clock;
}): EventSettling {
  const { tickets, directory, clock } = deps;
  /** The versions that are settled and do not say so yet. */
  const settled = new Map<string, number>();
  return {
    async settle(ticket) {
      let current = ticket;
      for (;;) {
        const { eventUnsure, ...sure } = current;
        const { _id, version, event } = current;
        const { eventId } = event;
        if (!eventUnsure || !eventId) return current;
        if (settled.get(_id) === version) return sure;
        const known = await directory.find(eventId);
        const follow = (now: Ticket) =>
          now.event.eventId === eventId ? followEvent(now, known, clock()) : now;
        if (follow(current) === current) settled.set(_id, version);
        else current = await tickets.update(_id, follow);
      }
    },

    async save() {
      const batch = [...settled];
      if (batch.length === 0) return;
      const operations = [...Map.groupBy(batch, ([, version]) => version)].map(([version, of]) => ({
        updateMany: {
          // Whoever wrote one since then has settled it or left it unsure.
          filter: { version, _id: { $in: of.map(([id]) => id) } },
          update: { $unset: { eventUnsure: "" } },
        },
      }));
      // As in the marks of what is published, the driver's types ask for more than it needs.
      const writes = operations as object[] as AnyBulkWriteOperation<Ticket>[];
      await tickets.collection.bulkWrite(writes, { ordered: false });
      for (const [id, version] of batch) if (settled.get(id) === version) settled.delete(id);
    },
  };
}
