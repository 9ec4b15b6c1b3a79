import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListOrdersOfEventRequest,
  ListOrdersOfEventResponseSchema,
} from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { EventDirectory } from "./event-directory.ts";
import { followOne } from "./follow-events.ts";
import type { Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";

/**
 * A page of the orders that hold or have bought a ticket of an event. Of a cancelled event every ticket that has not
 * heard of it does so first: one that was being listed at that moment may have missed it.
 */
export async function listOrdersOfEvent(
  deps: { tickets: TicketStore; directory: Pick<EventDirectory, "find">; clock: Clock },
  { eventId, pageSize, pageToken }: ListOrdersOfEventRequest,
): Promise<MessageInitShape<typeof ListOrdersOfEventResponseSchema>> {
  const { tickets, directory } = deps;
  const { event } = await directory.find(eventId);
  const unaware = { "event.eventId": eventId, "event.cancelled": false };
  if (event.cancelled && (await tickets.collection.findOne(unaware))) await followOne(deps, eventId);
  const frozen = event.cancelled === true && !(await tickets.collection.findOne(unaware));
  const { documents, nextPageToken } = await tickets.list(
    { "event.eventId": eventId },
    { pageSize, pageToken },
  );
  return { orders: documents.flatMap(ordersOf), nextPageToken, frozen };
}

/** The order that holds a ticket, also past its deadline, or has bought it. */
function ordersOf({ _id: ticketId, lock, soldOrderId }: Ticket) {
  if (soldOrderId) return [{ orderId: soldOrderId, ticketId, sold: true }];
  return lock ? [{ orderId: lock.orderId, ticketId, sold: false }] : [];
}
