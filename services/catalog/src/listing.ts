import { createHash } from "node:crypto";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Category, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { TicketState } from "@ticketing/proto/tickets/v1/ticket_events";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import { nameKey, spellings } from "@ticketing/runtime/text/fold";
import { wordsOf } from "@ticketing/runtime/text/words";
import { type Money, moneyOf } from "@ticketing/runtime/values/money";
import { type Seat, seatOf } from "@ticketing/runtime/values/seat";
import { type TicketedEvent, ticketedEventOf } from "@ticketing/runtime/values/ticketed-event";
import { isHeld } from "./held.ts";

/** A ticket as search holds it: the public state of one version, and what finds it. */
export interface Listing {
  _id: string;
  /** Version of the state; an older state never replaces a newer one. */
  version: number;
  sellerId: string;
  sellerName: string;
  title: string;
  category: Category;
  event: TicketedEvent & { id: string };
  seat: Seat;
  price: Money;
  storedStatus: TicketStatus;
  /** Null without a lock. It may have lapsed: ask {@link statusAt}. */
  lockExpireTime: Date | null;
  /** What finds it by text. */
  words: string[];
  /** The spellings of its city. */
  cityKeys: string[];
  /** By which release's rules the texts were folded: see {@link TEXT_VERSION}. */
  textVersion: number;
  createTime: Date;
  updateTime: Date;
}

/** Raised by every change of how texts are folded or parted: listings held by older rules are folded anew. */
export const TEXT_VERSION = 3;

/** What is computed from a listing's texts. */
export function textsOf({ title, event }: { title: string; event: TicketedEvent }) {
  return {
    event: { ...event, id: eventId(event) },
    words: wordsOf(title, event.title, event.venue, event.city),
    cityKeys: cityKeysOf(event.city),
    textVersion: TEXT_VERSION,
  };
}

/** A city in its spellings: a filter finds it by any of them. */
export const cityKeysOf = (city: string): string[] => spellings(city).map(nameKey);

/** The listing for a published state. Throws {@link PoisonEvent} when the state lacks what the contract promises. */
export function listingOf(state: TicketState): Listing {
  const { event, price } = state;
  if (!state.id || !event?.startTime || !price || !state.createTime || !state.updateTime) {
    throw new PoisonEvent("the ticket's state is incomplete");
  }
  return {
    _id: state.id,
    version: Number(state.version),
    sellerId: state.sellerId,
    sellerName: state.sellerName,
    title: state.title,
    category: state.category,
    ...textsOf({
      title: state.title,
      event: ticketedEventOf(event),
    }),
    seat: seatOf(state.seat),
    price: moneyOf(price),
    storedStatus: state.storedStatus,
    lockExpireTime: state.lockExpireTime ? timestampDate(state.lockExpireTime) : null,
    createTime: timestampDate(state.createTime),
    updateTime: timestampDate(state.updateTime),
  };
}

/** Two tickets are for the same event when title, venue, city and start agree but for case, accents, punctuation. */
function eventId({ title, venue, city, startTime }: TicketedEvent): string {
  const key = [title, venue, city].map(nameKey).concat(startTime.toISOString());
  return createHash("sha256").update(JSON.stringify(key)).digest("base64url").slice(0, 22);
}

/** The status at an instant: of what is for sale, EXPIRED once its event began and LOCKED while a lock lives. */
export function statusAt(listing: Listing, now: Date): TicketStatus {
  if (listing.storedStatus !== TicketStatus.AVAILABLE) return listing.storedStatus;
  if (listing.event.startTime <= now) return TicketStatus.EXPIRED;
  return isHeld(listing, now) ? TicketStatus.LOCKED : TicketStatus.AVAILABLE;
}

/** When the status next changes by time alone: a lock's end or the event's start. Undefined when it does not. */
export function nextChange(listing: Listing, now: Date): Date | undefined {
  if (listing.storedStatus !== TicketStatus.AVAILABLE) return undefined;
  const { startTime } = listing.event;
  const ahead = [listing.lockExpireTime ?? startTime, startTime].filter((time) => time > now);
  return ahead.toSorted((a, b) => a.getTime() - b.getTime())[0];
}
