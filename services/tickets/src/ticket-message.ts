import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { OffSaleReason, type TicketSchema, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { moneyInit } from "@ticketing/runtime/values/money";
import { ticketedEventInit } from "@ticketing/runtime/values/ticketed-event";
import { liveLock, statusAt, type Ticket } from "./ticket.ts";

/** What everybody may know of a ticket, at any time: its message and its events have these fields by the same names. */
export const publicFacts = (ticket: Ticket) => ({
  id: ticket._id,
  sellerId: ticket.sellerId,
  sellerName: ticket.sellerName,
  title: ticket.title,
  category: ticket.category,
  event: ticketedEventInit(ticket.event),
  seat: ticket.seat,
  price: moneyInit(ticket.price),
  instant: ticket.file?.ready ?? false,
  version: BigInt(ticket.version),
  createTime: timestampFromDate(ticket.createTime),
  updateTime: timestampFromDate(ticket.updateTime),
});

/**
 * The ticket as a viewer sees it at an instant: only the seller and the holder see which order holds it, and only the
 * seller why an operator keeps it off sale.
 */
export function ticketMessage(
  ticket: Ticket,
  now: Date,
  viewerId: string | undefined,
): MessageInitShape<typeof TicketSchema> {
  const status = statusAt(ticket, now);
  const lock = status === TicketStatus.LOCKED ? liveLock(ticket, now) : undefined;
  const party = viewerId !== undefined && (viewerId === ticket.sellerId || viewerId === lock?.buyerId);
  return {
    ...publicFacts(ticket),
    status,
    ...(viewerId === ticket.sellerId && offSale(ticket)),
    lock: lock && { expireTime: timestampFromDate(lock.expireTime), orderId: party ? lock.orderId : "" },
  };
}

/** Why an operator keeps it off sale, for its seller. */
function offSale({ storedStatus, takenDown, sellerStanding }: Ticket) {
  if (storedStatus === TicketStatus.SOLD) return {};
  if (takenDown) return { offSaleReason: OffSaleReason.TAKEN_DOWN, offSaleNote: takenDown.reason };
  const isWaiting = storedStatus === TicketStatus.AVAILABLE && sellerStanding?.suspended;
  return isWaiting ? { offSaleReason: OffSaleReason.SELLER_SUSPENDED } : {};
}
