import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListOrdersOfEventRequest,
  ListOrdersOfEventResponseSchema,
} from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { EventDirectory, KnownEvent } from "./event-directory.ts";
import { followOne } from "./follow-events.ts";
import type { Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";

/**
 * A page of the orders that hold or have bought a ticket of an event, or of the one that it was merged into. Every
 * ticket that has not heard of a cancellation or of the merge does so first: one that was being listed at that moment
 * may have missed it.
 */
export async function listOrdersOfEvent(
  deps: { tickets: TicketStore; directory: Pick<EventDirectory, "find">; clock: Clock },
  { eventId, pageSize, pageToken }: ListOrdersOfEventRequest,
): Promise<MessageInitShape<typeof ListOrdersOfEventResponseSchema>> {
  const { tickets } = deps;
  const { event } = await followedEvent(deps, eventId);
  const cancelled = event.cancelled === true;
  const frozen = cancelled && !(await isUnaware(tickets, eventId, event));
  const { documents, nextPageToken } = await tickets.list(
    { "event.eventId": event.eventId },
    { pageSize, pageToken },
  );
  return { orders: documents.flatMap(ordersOf), nextPageToken, frozen, cancelled };
}

/** The event. Of one that is merged: as it is once all its tickets are the other one's, which lists them from then on. */
async function followedEvent(
  deps: { tickets: TicketStore; directory: Pick<EventDirectory, "find">; clock: Clock },
  eventId: string,
): Promise<KnownEvent> {
  const { tickets, directory } = deps;
  const found = await directory.find(eventId);
  if (await isUnaware(tickets, eventId, found.event)) return followOne(deps, eventId, found);
  return found.event.eventId === eventId ? found : directory.find(eventId);
}

/** Whether a ticket has not heard of the cancellation, or of the merge. */
async function isUnaware(
  { collection }: TicketStore,
  eventId: string,
  { eventId: holding, cancelled }: KnownEvent["event"],
): Promise<boolean> {
  if (holding !== eventId && (await collection.findOne({ "event.eventId": eventId }))) return true;
  return Boolean(
    cancelled && (await collection.findOne({ "event.eventId": holding, "event.cancelled": false })),
  );
}

/** The order that holds a ticket, also past its deadline, or has bought it. */
function ordersOf({ _id: ticketId, lock, soldOrderId }: Ticket) {
  if (soldOrderId) return [{ orderId: soldOrderId, ticketId, sold: true }];
  return lock ? [{ orderId: lock.orderId, ticketId, sold: false }] : [];
}
