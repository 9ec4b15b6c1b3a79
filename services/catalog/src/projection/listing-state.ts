import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Category, Event, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { TicketState } from "@ticketing/proto/tickets/v1/ticket_events";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import { type Money, moneyOf } from "@ticketing/runtime/values/money";
import { type Seat, seatOf } from "@ticketing/runtime/values/seat";

/** A listing's event, as the events service has it. */
export interface KnownEvent {
  id: string;
  /** The IANA zone of the venue. */
  timeZone: string;
  cancelled: boolean;
  /** When it was to begin before it was moved; null if it was not. */
  formerStart: number | null;
}

/** The public state of one version of a ticket, as its event has it. Times are in ms since 1970. */
export interface ListingState {
  id: string;
  /** An older state never replaces a newer one. */
  version: number;
  sellerId: string;
  sellerName: string;
  title: string;
  category: Category;
  eventTitle: string;
  venue: string;
  city: string;
  start: number;
  /** What is known of the event by the events service; absent while that is nothing. */
  known?: KnownEvent;
  seat: Seat;
  price: Money;
  /** AVAILABLE, SOLD or WITHDRAWN. */
  storedStatus: TicketStatus;
  /** Whether its buyer has the ticket as soon as the order is complete. */
  instant: boolean;
  /** Null without a lock. It may have lapsed. */
  heldUntil: number | null;
  created: number;
  updated: number;
}

/** The state in a message. Throws {@link PoisonEvent} when it lacks what the contract promises. */
export function listingStateOf(state: TicketState): ListingState {
  const { event, price, createTime, updateTime, lockExpireTime } = state;
  if (!state.id || !event?.startTime || !price || !createTime || !updateTime) {
    throw new PoisonEvent("the ticket's state is incomplete");
  }
  return {
    id: state.id,
    version: Number(state.version),
    sellerId: state.sellerId,
    sellerName: state.sellerName,
    title: state.title,
    category: state.category,
    eventTitle: event.title,
    venue: event.venue,
    city: event.city,
    start: timestampMs(event.startTime),
    known: knownEventOf(event),
    seat: seatOf(state.seat),
    price: moneyOf(price),
    storedStatus: state.storedStatus,
    instant: state.instant,
    heldUntil: lockExpireTime ? timestampMs(lockExpireTime) : null,
    created: timestampMs(createTime),
    updated: timestampMs(updateTime),
  };
}

const knownEventOf = ({ eventId, timeZone, cancelled, formerStartTime }: Event): KnownEvent | undefined =>
  eventId
    ? {
        ...{ id: eventId, timeZone, cancelled },
        formerStart: formerStartTime ? timestampMs(formerStartTime) : null,
      }
    : undefined;
