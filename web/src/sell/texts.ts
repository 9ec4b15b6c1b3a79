import type { Limits } from "../form/limits.ts";
import { formatMoney } from "../format/format-money.ts";
import type { DraftField } from "./draft.ts";
import { leastPrice } from "./least-price.ts";

/** The words of selling. */
export const sellTexts = {
  title: "Your tickets for sale",
  lead: "What you offer, what is being bought, and what is sold.",
  listings: "Your tickets",
  sellNew: "Sell a ticket",
  emptyTitle: "Nothing for sale yet",
  emptyText: "Cannot go? Somebody else would love to. Listing a ticket takes a minute.",
  toSales: "My sales",
  freeAt: "Free again in",

  newTitle: "Sell a ticket",
  newLead: "You set the price, and you can change it for as long as nobody is buying.",
  back: "Your tickets",
  eventLegend: "What is it for?",
  event: "Event",
  eventHint: "The artist, the match or the play",
  category: "Kind of event",
  choose: "Please choose",
  venue: "Venue",
  city: "City",
  start: "Day and time it begins",
  startHint: (zone: string) => `By your clock: ${zone}.`,
  seatLegend: "Which place?",
  seatHint: "Leave out what is not printed on the ticket.",
  section: "Section",
  row: "Row",
  number: "Seat",
  offerLegend: "Your offer",
  offer: "In your words",
  offerHint: "For example: two rows from the stage",
  price: "Price",
  priceHint: (example: string) => `For example ${example}`,
  currency: "Currency",
  list: "List the ticket",
  listed: "Your ticket is for sale.",
  preview: "As buyers will see it",
  previewEvent: "Your event",
  previewTitle: "Your words",
  sentBefore: "See your tickets: it may be listed already.",

  listing: "What is offered",
  edit: "Change it",
  save: "Save",
  saved: "Saved.",
  asBuyers: "See it as buyers do",
  withdraw: "Take it off sale",
  withdrawTitle: "Take this ticket off sale?",
  withdrawText: "Nobody can buy it any more. This cannot be undone, but you can list it anew.",
  keep: "Keep it for sale",
  withdrawn: "The ticket is off sale.",
  notYoursTitle: "Not your ticket",
  notYoursText: "Only its seller can change a ticket.",
  toTicket: "See the ticket",
  lockedTitle: "Somebody is paying for this ticket",
  lockedText: (at: string) =>
    `Nothing can be changed until ${at}, so that the buyer gets what they saw. If they do not pay by then, you can change it again right here. What you have typed stays.`,
  timeLeft: "Time left",
  toOrder: "See the order",
  nowLocked: "Somebody is paying for your ticket now. It cannot be changed meanwhile.",
  freeAgain: "Your ticket is free again. You can change it.",
  soldTitle: "Sold",
  soldText: (money: string) => `You received ${money}.`,
  nowSold: "Your ticket is sold.",
  toSale: "See the sale",
  expiredTitle: "The event has begun",
  expiredText:
    "Nobody bought this ticket, and nobody can any more. Take it off sale, or, if the event was postponed, give it its new day.",
  withdrawnTitle: "Off sale",
  withdrawnText: "Nobody can buy this ticket any more.",
  listAnew: "List it anew",
  staleTitle: "Changed in another window",
  staleKept: "Your text is kept, and is saved when you save.",
  staleTaken: "Now shown below.",
  staleNow: (field: string, text: string) => `${field}: ${text || "nothing"}.`,
  takeNewer: "Take all that is newer",
  refreshed: "This page shows what was changed in another window.",
};

/** What the fields of a ticket are called. */
export const draftFieldNames: Readonly<Record<DraftField, string>> = {
  event: sellTexts.event,
  category: sellTexts.category,
  venue: sellTexts.venue,
  city: sellTexts.city,
  start: sellTexts.start,
  section: sellTexts.section,
  row: sellTexts.row,
  number: sellTexts.number,
  title: sellTexts.offer,
  price: sellTexts.price,
  currency: sellTexts.currency,
};

/** Why a field of a ticket is refused. */
export const sellWords = (currency: string) => ({
  "event.startTime required": "Please choose a day and a time.",
  "event.startTime": "Please choose another day: nobody sells tickets for this one.",
  price: () =>
    `Please enter an amount of at least ${formatMoney({ minorUnits: leastPrice[currency] ?? 0n, currency })}: less cannot be paid by card.`,
  "price.minorUnits": ({ max = 0n }: Limits) =>
    `Please enter an amount of at most ${formatMoney({ minorUnits: max, currency })}.`,
});
