import { Category, type Seat } from "@ticketing/proto/tickets/v1/ticket";
import { isolate } from "../format/isolate.ts";

/** What one event of a kind is called. */
export const kindNames: Readonly<Record<Category, string>> = {
  [Category.UNSPECIFIED]: "",
  [Category.CONCERT]: "Concert",
  [Category.SPORTS]: "Sports",
  [Category.THEATRE]: "Theatre",
  [Category.COMEDY]: "Comedy",
  [Category.FESTIVAL]: "Festival",
  [Category.OTHER]: "Other",
};

/** What all events of a kind are called. */
export const categoryLabels: Readonly<Record<Category, string>> = {
  [Category.UNSPECIFIED]: "",
  [Category.CONCERT]: "Concerts",
  [Category.SPORTS]: "Sports",
  [Category.THEATRE]: "Theatre",
  [Category.COMEDY]: "Comedy",
  [Category.FESTIVAL]: "Festivals",
  [Category.OTHER]: "Other",
};

/** The words of a ticket, in lists and on its own page. */
export const ticketTexts = {
  toCalendar: "Add to calendar",
  calendarName: "event.ics",
  title: "Ticket",
  available: "Available",
  locked: "Being bought",
  mine: "Held for you",
  sold: "Sold",
  withdrawn: "Off sale",
  expired: "Event began",
  unknown: "Unknown",
  /** "Floor · Row A · Seat 12", broken only between the parts; those that a venue does not use are left out. */
  seat: (seat: Seat | undefined): string => {
    const parts = [
      seat?.section && isolate(seat.section),
      seat?.row && `Row\u00a0${isolate(seat.row)}`,
      seat?.number && `Seat\u00a0${isolate(seat.number)}`,
    ].filter(Boolean);
    return parts.length > 0 ? parts.join(" · ") : "Free seating";
  },
  price: "Price",
  seatLabel: "Seat",
  when: "When",
  where: "Where",
  eventCancelled: "Cancelled",
  eventMoved: "Moved",
  eventWas: "It was",
  seller: "Seller",
  buy: (price: string) => `Buy for ${price}`,
  buying: "Holding it for you…",
  instant: "Instant ticket",
  instantNote: "You have the ticket as soon as you have paid.",
  holdNote: "It is held for you while you pay. Nothing is charged before you confirm.",
  signInFirst: "You will be asked to sign in first.",
  lockedTitle: "Somebody is buying this ticket",
  lockedText: (at: string) => `If they do not pay by ${at}, it is free again, and you can buy it right here.`,
  freeIn: "Free again in",
  freeAgain: "The ticket is free again.",
  nowLocked: "Somebody is buying this ticket now.",
  mineTitle: "This ticket is held for you",
  mineText: "Finish your payment before the time is over.",
  timeLeft: "Time left",
  toCheckout: "Go to checkout",
  soldTitle: "This ticket is sold",
  soldText: "There may be others for this event.",
  withdrawnTitle: "This ticket is no longer for sale",
  cancelledTitle: "The event is cancelled",
  cancelledText: "It does not take place, and no tickets for it are sold.",
  expiredTitle: "The event has begun",
  expiredText: "Tickets are sold until an event begins, and nobody bought this one.",
  ownTitle: "This is your ticket",
  ownText: "You sell it, so you cannot buy it.",
  edit: "Edit ticket",
  others: "Other tickets for this event",
  allOfEvent: "All tickets for this event",
  priceChangedTitle: "The price has changed",
  priceChanged: (before: string, now: string) =>
    `It was ${before} when you opened this page. It is ${now} now.`,
  buyAtNew: (now: string) => `Buy for ${now}`,
  notNow: "Not now",
};
