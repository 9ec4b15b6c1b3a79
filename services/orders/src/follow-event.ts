import { isDeepStrictEqual } from "node:util";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { amend } from "@ticketing/runtime/documents/transition";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import type { Events, IncomingEvent } from "@ticketing/runtime/events/events";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import { type Clock, isOver } from "@ticketing/runtime/process/clock";
import { type TicketedEvent, ticketedEventOf } from "@ticketing/runtime/values/ticketed-event";
import { advance, type Order, refundableUntilOf } from "./order.ts";
import type { OrderStore } from "./order-aggregate.ts";

interface FollowDependencies {
  orders: Pick<OrderStore, "find" | "update">;
  refundWindowMs: number;
  clock: Clock;
}

/** Lets orders follow what tickets learn of their events. */
export function followEvents(deps: FollowDependencies, events: Pick<Events, "consume">): void {
  events.consume({
    stream: "TICKETS",
    durable: "orders",
    filter: "evt.tickets.v1.ticket_event_changed.>",
    handle: onTicketEvent(deps),
  });
}

/**
 * Takes the news that a ticket has of its event to the order that holds or has bought it. An order that is not opened
 * yet gets them when it is, or never, if its lock is over by then.
 */
export const onTicketEvent =
  ({ orders, refundWindowMs, clock }: FollowDependencies) =>
  async ({ payload }: Pick<IncomingEvent, "payload">): Promise<void> => {
    const { transition, state } = decodeEvent(TicketEventSchema, payload);
    if (!state) throw new PoisonEvent("the event has no state");
    const orderId = transition.case === "ticketEventChanged" ? transition.value.orderId : "";
    if (!orderId) return;
    const event = ticketedEventOf(state.event);
    if (!(await orders.find(orderId))) {
      const { lockExpireTime } = state;
      if (!lockExpireTime || isOver(timestampDate(lockExpireTime), clock())) return;
      throw new Error("the order of this lock is not there yet");
    }
    const news = { event, version: Number(state.version) };
    await orders.update(orderId, (order) => followEvent(order, news, refundWindowMs, clock()));
  };

/** The order takes over what its event has become, by the ticket's version; older news change nothing. */
export function followEvent(
  order: Order,
  { event, version }: { event: TicketedEvent; version: number },
  refundWindowMs: number,
  now: Date,
): Order {
  const known = order.ticket.event;
  if ((order.eventNews ?? 0) >= version || isDeepStrictEqual(event, known)) return order;
  const completed = order.history.find(({ type }) => type === "order_completed");
  const changes = {
    ticket: { ...order.ticket, event },
    eventNews: version,
    ...(completed && { refundableUntil: refundableUntilOf(completed.time, refundWindowMs, event) }),
  };
  if (known.startTime.getTime() === event.startTime.getTime()) return amend(order, changes, now);
  const value = { formerStartTime: known.startTime.toISOString() };
  return advance(order, { case: "orderEventMoved", value }, now, changes);
}
