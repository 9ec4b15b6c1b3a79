import type { Limits } from "../form/limits.ts";
import { formatMoney } from "../format/format-money.ts";
import { isolate } from "../format/isolate.ts";
import type { DraftField } from "./draft.ts";

/** The words of selling. */
export const sellTexts = {
  title: "Your tickets for sale",
  lead: "The tickets that you offer, and those that are held or sold.",
  listings: "Your tickets",
  sellNew: "Sell a ticket",
  emptyTitle: "Nothing for sale yet",
  emptyText: "You cannot go? Somebody else would love to. Listing a ticket takes a minute.",
  toSales: "My sales",
  freeAt: "Free again in",

  newTitle: "Sell a ticket",
  newLead: "You set the price. You can change it while nobody is buying.",
  back: "Your tickets",
  eventLegend: "What is it for?",
  event: "Event",
  eventHint: "Type the artist, the match or the play, or where it takes place",
  notThere: (title: string) => `“${isolate(title)}” is not in the list: add it`,
  otherEvent: "Another event",
  seatLegend: "Which seat?",
  seatHint: "Leave a field empty if the ticket does not have it.",
  section: "Section",
  row: "Row",
  number: "Seat",
  offerLegend: "Your offer",
  offer: "Description",
  offerHint: "For example: two rows from the stage",
  price: "Price",
  priceHint: (example: string) => `For example ${example}`,
  currency: "Currency",
  share: (net: string, fee: string) => `You get ${net} after our fee of ${fee}.`,
  shareUnknown: "What you get for it cannot be shown right now.",
  list: "List the ticket",
  listed: "Your ticket is for sale.",
  preview: "As buyers will see it",
  previewEvent: "Your event",
  previewTitle: "Your description",
  sentBefore: "The ticket may be listed already: see your tickets.",

  listing: "Your offer",
  edit: "Change your offer",
  save: "Save",
  saved: "Saved.",
  asBuyers: "View it as a buyer",
  withdraw: "Take it off sale",
  withdrawTitle: "Take this ticket off sale?",
  withdrawText: "Then nobody can buy it. This cannot be undone, but you can list the ticket again.",
  keep: "Keep it for sale",
  withdrawn: "The ticket is off sale.",
  notYoursTitle: "Not your ticket",
  notYoursText: "Only its seller can change a ticket.",
  toTicket: "See the ticket",
  lockedTitle: "Somebody is paying for this ticket",
  lockedText: (at: string) =>
    `You can change nothing until ${at}, so that the buyer gets what they saw. If they do not pay by then, you can change it again right here. Your text stays.`,
  timeLeft: "Time left",
  toOrder: "See the order",
  nowLocked: "Somebody is paying for your ticket now. You cannot change it meanwhile.",
  freeAgain: "Your ticket is free again. You can change it.",
  soldTitle: "Sold",
  soldText: (money: string) => `The buyer paid ${money}.`,
  nowSold: "Your ticket is sold.",
  toSale: "See the sale",
  expiredTitle: "The event has begun",
  expiredText:
    "Nobody bought this ticket, and it can no longer be bought. Take it off sale. If it is for another event, choose that one.",
  cancelledTitle: "The event is cancelled",
  cancelledText: "It does not take place, and your ticket is off sale.",
  takenDownTitle: "We took this listing down",
  takenDownText: "Nobody can buy this ticket, and it cannot be put back. The reason:",
  suspendedTitle: "Off sale while your account is suspended",
  suspendedText: "It is for sale again when your account is reinstated. Your account page says why.",
  withdrawnTitle: "Off sale",
  withdrawnText: "Nobody can buy this ticket any more.",
  listAnew: "List it again",
  staleTitle: "Changed in another window",
  staleKept: "Your text is kept, and is saved when you save.",
  staleTaken: "The form shows it now.",
  staleNow: (field: string, text: string) => `${field}: ${text || "nothing"}.`,
  takeNewer: "Use the newer values",
  refreshed: "This page shows what was changed in another window.",
};

/** What the fields of a ticket are called. */
export const draftFieldNames: Readonly<Record<DraftField, string>> = {
  event: sellTexts.event,
  section: sellTexts.section,
  row: sellTexts.row,
  number: sellTexts.number,
  title: sellTexts.offer,
  price: sellTexts.price,
  currency: sellTexts.currency,
};

/** Why a field of a ticket is refused; `least` is the least price in the currency, in minor units. */
export const sellWords = (currency: string, least: bigint) => ({
  " ticket.event": "Please choose the event, or add it.",
  price: () =>
    `Please enter an amount of at least ${formatMoney({ minorUnits: least, currency })}: tickets are not sold for less.`,
  "price.minorUnits": ({ max = 0n }: Limits) =>
    `Please enter an amount of at most ${formatMoney({ minorUnits: max, currency })}.`,
});
