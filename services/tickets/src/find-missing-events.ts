import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import type { EventDirectory } from "./event-directory.ts";
import { followEvent } from "./follow-event.ts";
import type { Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";
import { ticketPages } from "./ticket-pages.ts";

const LOOK_MS = 1_000;

interface FindingDependencies {
  tickets: TicketStore;
  directory: Pick<EventDirectory, "resolve">;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/**
 * Gives an event to every ticket that has none: those of the release before, and those that were listed while the
 * events service was away. Looks each second; gives how to stop.
 */
export function findMissingEvents(deps: FindingDependencies): () => Promise<void> {
  let looking: Promise<unknown> = Promise.resolve();
  let isLooking = false;
  let stopped = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    looking = findAll(deps, () => stopped)
      .catch((err: unknown) => deps.log.warn({ err }, "tickets wait for their events"))
      .finally(() => {
        isLooking = false;
      });
  }, LOOK_MS);
  return async () => {
    stopped = true;
    clearInterval(timer);
    await looking;
  };
}

/** Goes through them once. One that cannot be helped now delays no other. */
export async function findAll(deps: FindingDependencies, isStopped = () => false): Promise<void> {
  const { tickets, directory, clock, log } = deps;
  const find = async (ticket: Ticket) => {
    const known = await directory.resolve(ticket.event, ticket.category);
    const follow = (current: Ticket) =>
      current.event.eventId ? current : followEvent(current, known, clock());
    await tickets.update(ticket._id, follow, ticket);
  };
  for await (const page of ticketPages(tickets, { "event.eventId": null as never })) {
    const results = await Promise.allSettled(page.map(find));
    const failed = results.filter((result) => result.status === "rejected");
    if (failed.length > 0) {
      log.warn({ err: failed[0]?.reason, tickets: failed.length }, "tickets wait for their events");
    }
    if (isStopped() || failed.length === page.length) return;
  }
}
