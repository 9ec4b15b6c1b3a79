import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import type { Filter } from "mongodb";
import type { EventDirectory } from "./event-directory.ts";
import { followEvent } from "./follow-event.ts";
import type { EventSettling } from "./settle-events.ts";
import type { Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";
import { ticketPages } from "./ticket-pages.ts";

const LOOK_MS = 1_000;
/** A ticket that is unsure of its event for so long was left by the process that wrote it. */
const LEFT_MS = 5_000;

interface FindingDependencies {
  tickets: TicketStore;
  directory: Pick<EventDirectory, "resolve">;
  settling: EventSettling;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/**
 * Gives an event to every ticket that has none: those of the release before, and those that were listed while the
 * events service was away. Looks again at those that a process has left, by its death, before it knew whether their
 * event had changed meanwhile. Looks for both each second; gives how to stop.
 */
export function findMissingEvents(deps: FindingDependencies): () => Promise<void> {
  let stopped = false;
  const stop = repeatedly(
    LOOK_MS,
    () => findAll(deps, () => stopped),
    (err) => deps.log.warn({ err }, "tickets wait for their events"),
  );
  return () => {
    stopped = true;
    return stop();
  };
}

/** Goes through them once. One that cannot be helped now delays no other. */
export async function findAll(deps: FindingDependencies, isStopped = () => false): Promise<void> {
  const { tickets, directory, settling, clock } = deps;
  await settling.save();
  const find = async (ticket: Ticket) => {
    const known = await directory.resolve(ticket.event, ticket.category);
    const follow = (current: Ticket): Ticket =>
      current.event.eventId ? current : { ...followEvent(current, known, clock()), eventUnsure: true };
    await settling.settle(await tickets.update(ticket._id, follow, ticket));
  };
  await eachOf(deps, { "event.eventId": null as never }, find, isStopped);
  const left = clock().getTime() - LEFT_MS;
  const settle = async (ticket: Ticket) => ticket.updateTime.getTime() < left && settling.settle(ticket);
  await eachOf(deps, { eventUnsure: true }, settle, isStopped);
}

async function eachOf(
  { tickets, log }: FindingDependencies,
  filter: Filter<Ticket>,
  work: (ticket: Ticket) => Promise<unknown>,
  isStopped: () => boolean,
): Promise<void> {
  for await (const page of ticketPages(tickets, filter)) {
    const results = await Promise.allSettled(page.map(work));
    const failed = results.filter((result) => result.status === "rejected");
    if (failed.length > 0) {
      log.warn({ err: failed[0]?.reason, tickets: failed.length }, "tickets wait for their events");
    }
    if (isStopped() || failed.length === page.length) return;
  }
}
