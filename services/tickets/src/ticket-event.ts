import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import type { Transition } from "@ticketing/runtime/documents/transition";
import type { OutgoingEvent } from "@ticketing/runtime/events/events";
import type { Ticket } from "./ticket.ts";
import { eventInit, moneyInit } from "./ticket-message.ts";

type TransitionInit = MessageInitShape<typeof TicketEventSchema>["transition"];

const transitions: Record<string, (data: Record<string, string>) => TransitionInit> = {
  ticket_listed: () => ({ case: "ticketListed", value: {} }),
  ticket_edited: () => ({ case: "ticketEdited", value: {} }),
  ticket_locked: ({ orderId }) => ({ case: "ticketLocked", value: { orderId } }),
  ticket_unlocked: ({ orderId, reason }) => ({ case: "ticketUnlocked", value: { orderId, reason } }),
  ticket_sold: ({ orderId }) => ({ case: "ticketSold", value: { orderId } }),
  ticket_relisted: ({ orderId }) => ({ case: "ticketRelisted", value: { orderId } }),
  ticket_withdrawn: () => ({ case: "ticketWithdrawn", value: {} }),
};

/** What everybody may know of a transition and of the ticket after it: built field by field. */
export function ticketEvent(ticket: Ticket, transition: Transition): OutgoingEvent {
  const event = create(TicketEventSchema, {
    id: ticket._id,
    version: BigInt(transition.version),
    time: timestampFromDate(transition.time),
    transition: transitions[transition.type]?.(transition.data),
    state: {
      id: ticket._id,
      sellerId: ticket.sellerId,
      sellerName: ticket.sellerName,
      title: ticket.title,
      category: ticket.category,
      event: eventInit(ticket.event),
      seat: ticket.seat,
      price: moneyInit(ticket.price),
      storedStatus: ticket.storedStatus,
      lockExpireTime: ticket.lock && timestampFromDate(ticket.lock.expireTime),
      version: BigInt(ticket.version),
      createTime: timestampFromDate(ticket.createTime),
      updateTime: timestampFromDate(ticket.updateTime),
    },
  });
  return {
    subject: `evt.tickets.v1.${transition.type}.${ticket._id}`,
    id: `${ticket._id}:${transition.version}`,
    type: `ticketing.tickets.v1.${transition.type}`,
    source: "tickets",
    time: transition.time,
    requestId: transition.requestId,
    payload: toBinary(TicketEventSchema, event),
  };
}
