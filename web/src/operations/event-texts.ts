import { EventStatus } from "@ticketing/proto/events/v1/event";
import { isolate } from "../format/isolate.ts";

const plural = new Intl.PluralRules("en");
const number = new Intl.NumberFormat();
const count = (value: number, one: string, other: string) =>
  `${number.format(value)} ${plural.select(value) === "one" ? one : other}`;

/** What the states of an event are called. */
export const eventStatusNames: Readonly<Record<EventStatus, string>> = {
  [EventStatus.UNSPECIFIED]: "Unknown",
  [EventStatus.SCHEDULED]: "As announced",
  [EventStatus.RESCHEDULED]: "Moved",
  [EventStatus.CANCELLED]: "Cancelled",
};

/** A number in brackets, once it is known. */
const so = (orders: number | undefined) =>
  orders === undefined ? "" : ` (${count(orders, "order", "orders")} now)`;

/** The words of the operators' page of events. */
export const eventTexts = {
  title: "Events",
  lead: "Move an event, cancel it, or merge two that are one.",
  back: "Operations",
  find: "Find an event",
  findHint: "Its name, venue or city; or its id",
  category: "Kind",
  venue: "Venue",
  start: "Begins",
  end: "Ends",
  aliases: "Also known as",
  id: "Id",
  mergedTitle: "The event that you asked for was merged into this one",

  orders: "Orders for this event",
  awaitingPayment: "Waiting for payment",
  paid: "Paid",
  refundRefused: "Refund refused",
  ended: "Ended",
  endedLabel: "Orders that have ended",
  endedOf: (done: number, all: number) =>
    `${number.format(done)} of ${count(all, "order has", "orders have")} ended because of the cancellation.`,
  noneLeft: "No order is left to cancel or to refund.",
  refusedTitle: (orders: number) => `${count(orders, "refund was", "refunds were")} refused`,
  refusedText: "Their buyers have no money yet. The open differences name these orders:",

  move: "Move it",
  newStart: "New day and time",
  newStartHint: (clock: string) => `By the clock at the venue: ${clock}.`,
  moveText: "Everybody who holds or bought a ticket sees the new start. It lasts as long as before.",
  moved: "The event was moved.",
  startMissing: "Please choose a day and a time.",
  toMerge: "Look at both of them",

  cancel: "Cancel the event",
  cancelLead: "For one that does not take place at all.",
  cancelTitle: "Cancel this event for good?",
  cancelOf: (title: string) => `“${isolate(title)}” does not take place.`,
  /** What follows; the numbers of orders are undefined until they are known. */
  cancelText: (awaitingPayment: number | undefined, paid: number | undefined) => [
    "Nobody can buy or list a ticket for it any more, and tickets that are for sale go off sale.",
    `Orders that wait for payment are cancelled${so(awaitingPayment)}.`,
    `Everybody who paid gets the money back${so(paid)}.`,
  ],
  cancelForGood: "This cannot be undone.",
  keep: "Keep the event",
  cancelled: "The event is cancelled.",

  merge: "Merge it with another",
  mergeText: "Two entries for one event: choose the entry that stays.",
  findOther: "Find the other event",
  stays: "This entry stays",
  goes: "This entry leads to the other",
  swap: "Swap the two",
  leave: "Do not merge",
  mergeNow: "Merge the two",
  mergeTitle: "Merge these two events?",
  mergeQuestion: (goes: string, stays: string) => `“${isolate(goes)}” becomes “${isolate(stays)}”.`,
  mergeFollows:
    "Tickets of the first belong to the second then, with its place and start. Its title stays as another name. This cannot be undone.",
  mergeKeep: "Keep both",
  merged: "The two events are one now.",
  sameTitle: "These are the same event",
  sameText: "One of the two was merged into the other already.",
  differs: "Place or start differ",
  differsText: "Make sure that they are one event before you merge them.",
};
