import { TicketFileEventSchema } from "@ticketing/proto/deliveries/v1/ticket_file_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type Events, type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import { advance, type Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";

interface FollowDependencies {
  tickets: Pick<TicketStore, "find" | "update">;
  clock: Clock;
}

/** Lets tickets follow what the stream DELIVERIES says of their files. */
export function followFiles(deps: FollowDependencies, events: Pick<Events, "consume">): void {
  events.consume({
    stream: "DELIVERIES",
    durable: "tickets",
    filter: "evt.deliveries.v1.ticket_file_changed.>",
    handle: onTicketFileEvent(deps),
  });
}

/** The ticket says from now on whether its seller has added its file. */
export const onTicketFileEvent =
  ({ tickets, clock }: FollowDependencies) =>
  async ({ payload }: Pick<IncomingEvent, "payload">): Promise<void> => {
    const { id, state } = decodeEvent(TicketFileEventSchema, payload);
    if (!id || !state) throw new PoisonEvent("the event has no state");
    const news = { version: Number(state.version), ready: state.ready };
    await tickets.update(id, (ticket) => followFile(ticket, news, clock()));
  };

/**
 * The ticket takes over whether there is a file, also under a lock: the order is delivered by what deliveries have. News
 * that are not newer change nothing, and a file's first version says nothing: it begins with none. A replaced file is an
 * event, too, although the ticket is as instant as before: of a version without one no reader would ever hear.
 */
export function followFile(ticket: Ticket, file: { version: number; ready: boolean }, now: Date): Ticket {
  const known = ticket.file ?? { version: 0, ready: false };
  if (known.version >= file.version || file.version === 1) return ticket;
  return advance(ticket, { case: "ticketInstantChanged", value: {} }, now, { file });
}
