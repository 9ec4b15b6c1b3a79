import type { Code } from "@connectrpc/connect";
import type { PublicReason } from "@ticketing/proto/reason";
import { formatDuration } from "../format/duration.ts";
import { formatDateTime, formatTime, formatTimeOfDay } from "../format/format-date.ts";
import { formatMoney } from "../format/format-money.ts";

interface Words {
  readonly title: string;
  readonly text: string;
}
/** Facts that belong to a reason, as its contract names them. */
export type Facts = Readonly<Record<string, string | undefined>>;
/** How long to wait, and until when by the clock of this device. */
export interface Wait {
  readonly ms: number;
  readonly until: Date;
}
type Sentence = (facts: Facts, wait?: Wait) => Words;

const said = (title: string, text: string) => (): Words => ({ title, text });
const at = (time: Date | undefined) => (time ? formatTime(time) : "a few minutes' time");
const secondAt = (time: Date | undefined) => (time ? formatTimeOfDay(time) : "a later time");
/** A duration, rounded up, so that nobody comes back too early. */
function after(wait: Wait | undefined, unknown: string): string {
  if (!wait) return unknown;
  const unit = wait.ms > 60_000 ? 60_000 : 1000;
  return formatDuration(Math.ceil(wait.ms / unit) * unit);
}
const dayAt = (iso: string | undefined) => (iso ? formatDateTime(new Date(iso)) : "some time ago");
const status = (facts: Facts) => (facts.status ?? "ended").toLowerCase().replaceAll("_", " ");

/** For every failure without words of its own. */
export const genericError: Words = {
  title: "Something went wrong on our side",
  text: "It may have worked all the same: look before you try again. If it happens again, tell us the number below.",
};

/** What a call can fail with: a reason of the API, the name of a code without one, or no answer. */
export type Failure = PublicReason | keyof typeof Code | "NETWORK";

/** Reasons with words of their own: of a failure of a service there is only its number to tell. */
type Told = Exclude<PublicReason, "SERVICE_FAILED"> | "NETWORK";

/** Words for each reason that a client can meet, complete by its type, and for codes that come without one. */
const texts: Readonly<Record<Told, Sentence> & Partial<Record<Failure, Sentence>>> = {
  NETWORK: said("No connection", "We could not reach the server. Check your connection and try again."),
  Unavailable: said("Busy at the moment", "Our servers do not answer right now. Try again in a moment."),
  DeadlineExceeded: said("That took too long", "The server did not answer in time. Try again in a moment."),
  ResourceExhausted: said("Too many requests", "Please wait a moment, then try again."),
  InvalidArgument: said(
    "This is not valid",
    "The server does not accept something that was sent. If you typed an address, check it for mistakes.",
  ),
  Unauthenticated: said("Please sign in", "You need to be signed in for this."),
  UNAUTHENTICATED: said("Please sign in", "You need to be signed in for this."),
  TOKEN_EXPIRED: said("Please sign in again", "Your session has ended."),
  INVALID_TOKEN: said("Please sign in again", "Your session has ended."),
  NO_SESSION: said("Please sign in", "You need to be signed in for this."),
  SESSION_EXPIRED: said("Please sign in again", "Your session has ended."),
  REFRESH_TOKEN_REUSED: said(
    "Please sign in again",
    "Your session was ended to protect your account, because it was used from two places.",
  ),
  TOO_MANY_TOKENS: (_, wait) => ({
    title: "One moment",
    text: `Your session was renewed too often. Try again in ${after(wait, "a few seconds")}.`,
  }),
  KEYS_UNAVAILABLE: said(
    "Busy at the moment",
    "We cannot check your session right now. Try again in a moment.",
  ),
  DATABASE_UNAVAILABLE: said(
    "Busy at the moment",
    "This cannot be answered right now. Try again in a moment.",
  ),
  PROJECTION_BEHIND: said("One moment", "Your change is not shown everywhere yet. Try again in a moment."),
  BUSY: said("Busy at the moment", "Many people want this at once. Try again in a moment."),
  CONTENTION: said("Busy at the moment", "Many people want this at once. Try again in a moment."),

  BAD_CREDENTIALS: said("That did not match", "The e-mail address or the password is wrong."),
  EMAIL_TAKEN: said(
    "You have an account already",
    "There is an account with this e-mail address. Sign in instead.",
  ),
  TOO_MANY_ATTEMPTS: (_, wait) => ({
    title: "Too many attempts",
    text: `For your safety, sign-in is paused. Try again in ${after(wait, "a few minutes")}.`,
  }),
  TOO_MANY_ACCOUNTS: (_, wait) => ({
    title: "No more accounts for now",
    text: `Too many accounts were opened from your network. Try again in ${after(wait, "an hour")}.`,
  }),
  USER_NOT_FOUND: said("No such account", "No account has this id or e-mail address."),
  USER_SUSPENDED: said(
    "Your account is suspended",
    "You can neither list nor buy tickets for now. What is under way goes on. Your account page says why.",
  ),
  SELLER_SUSPENDED: said("Not for sale at the moment", "This seller cannot sell tickets for now."),
  ROLE_REQUIRED: said("Not for this account", "Your account may not do this."),
  OWN_FAVOUR: said("This is about you", "Another operator has to decide about it."),

  TICKET_NOT_FOUND: said(
    "Ticket not found",
    "There is no ticket at this address. The address may be mistyped.",
  ),
  TICKET_LOCKED: ({ lockedUntil }) => ({
    title: "Somebody is buying this ticket",
    text: `It is held for them until ${at(lockedUntil ? new Date(lockedUntil) : undefined)}. If they do not pay, it is free again.`,
  }),
  TICKET_SOLD: said("This ticket is sold", "Somebody else bought it. Other tickets may still be for sale."),
  TICKET_WITHDRAWN: said("No longer for sale", "The seller took this ticket off sale."),
  EVENT_STARTED: said("The event has begun", "Tickets can be bought and listed until an event begins."),
  OWN_TICKET: said("This is your own ticket", "You cannot buy what you sell yourself."),
  PRICE_CHANGED: ({ minorUnits, currency }) => ({
    title: "The price has changed",
    text:
      minorUnits && currency
        ? `It is now ${formatMoney({ minorUnits: BigInt(minorUnits), currency })}. Nothing was bought.`
        : "Nothing was bought.",
  }),
  CURRENCY_NOT_OFFERED: ({ currencies = "" }) => ({
    title: "Not in this currency",
    text: `Tickets are sold in these currencies: ${currencies.split(",").join(", ")}.`,
  }),
  PRICE_TOO_LOW: ({ minorUnits, currency }) => ({
    title: "The price is too low",
    text:
      minorUnits && currency
        ? `Tickets are sold for ${formatMoney({ minorUnits: BigInt(minorUnits), currency })} or more.`
        : "It is below the least that a ticket can be sold for.",
  }),
  LOCK_LAPSED: said(
    "Your hold has ended",
    "The time to pay is over. If the ticket is still free, you can buy it again.",
  ),
  LOCK_LIMIT: said(
    "You hold several tickets already",
    "Finish or cancel one of your open orders first. They are under Orders.",
  ),
  LOCK_COOLDOWN: (_, wait) => ({
    title: "Please take a short break",
    text: `Several tickets were held for you and not bought. You can buy again at ${at(wait?.until)}.`,
  }),
  RELOCK_TOO_SOON: (_, wait) => ({
    title: "Others come first",
    text: `You have just let this ticket go. If nobody takes it, you can buy it again at ${secondAt(wait?.until)}.`,
  }),
  EVENTS_FULL: said(
    "This is paused for a while",
    "We are finishing the orders that are open first. Nothing was held or changed; try again in a few minutes.",
  ),
  REQUEST_ID_REUSED: said("This was sent before", "Reload the page, then try again."),
  NOT_YOUR_TICKET: said("Not your ticket", "Only its seller can change a ticket."),
  TOO_MANY_LISTINGS: (_, wait) => ({
    title: "Too many listings",
    text: `You listed or changed many tickets within an hour. You can go on at ${at(wait?.until)}.`,
  }),
  TOO_MANY_EDITS: (_, wait) => ({
    title: "Too many changes",
    text: `This ticket was changed many times within a minute. You can save again at ${secondAt(wait?.until)}.`,
  }),
  STALE_VERSION: said(
    "Changed in the meantime",
    "This was changed while you were editing it. Look at it again before you save.",
  ),

  ORDER_NOT_FOUND: said("Order not found", "There is no order at this address. The address may be mistyped."),
  NOT_YOUR_ORDER: said("Not your order", "This order belongs to another account."),
  ORDER_EXPIRED: said(
    "The time to pay is over",
    "No money was taken. If the ticket is still free, you can buy it again.",
  ),
  ORDER_ENDED: (facts) => ({
    title: "This order has ended",
    text: `It is ${status(facts)} and cannot be changed.`,
  }),
  ORDER_NOT_COMPLETE: (facts) => ({
    title: "This order is not complete",
    text: `Only a completed order has a ticket, and can be refunded; this one is ${status(facts)}.`,
  }),
  REFUND_WINDOW_CLOSED: ({ refundableUntil }) => ({
    title: "Too late for a refund",
    text: `A refund could be asked for until ${dayAt(refundableUntil)}.`,
  }),
  TICKET_OPENED: said(
    "You have opened the ticket",
    "A ticket that was opened, or has arrived, cannot be given back without a reason.",
  ),
  REFUND_REQUESTED: said(
    "A refund is under way",
    "The money of this order is to go back, or a bank decides about it, so the ticket is not shown.",
  ),
  DELIVERY_NOT_FOUND: said(
    "No delivery yet",
    "A ticket is delivered once its order is complete. That may take a moment.",
  ),
  NOT_YOUR_DELIVERY: said(
    "Not yours to do",
    "Only the seller can deliver a ticket, and only its buyer can open it.",
  ),
  DELIVERY_ENDED: (facts) => ({
    title: "Nothing to deliver any more",
    text: `This delivery is ${status(facts)}.`,
  }),
  TICKET_NOT_DELIVERED: ({ deliverBy }) => ({
    title: "The ticket is not here yet",
    text: `The seller has to deliver it by ${dayAt(deliverBy)}.`,
  }),
  LINK_NOT_ALLOWED: said(
    "This link cannot be used",
    "Paste the whole address. It begins with https:// and has no user name or password in it.",
  ),
  FILE_REFUSED: said(
    "This file cannot be used",
    "Upload the PDF, the picture (PNG) or the pass that you got for this ticket.",
  ),
  BARCODE_TAKEN: said(
    "This ticket is somebody else's",
    "A ticket with the same barcode was sold or listed here already. Upload the ticket that belongs to this sale. If you have just replaced it in another sale, try again in two minutes.",
  ),
  UPLOAD_MISSING: said("The upload is gone", "Choose the file once more."),
  TOO_MANY_UPLOADS: (_, wait) => ({
    title: "Too many uploads",
    text: `You can upload the next file at ${at(wait?.until)}.`,
  }),
  FILES_UNAVAILABLE: said(
    "Files cannot be uploaded now",
    "Try again in a moment, or deliver the ticket by a link.",
  ),
  TOO_MANY_REPLACEMENTS: said(
    "Replaced too often",
    "This ticket was replaced many times. It stays as it is now.",
  ),
  SOLD_WITH_FILE: said(
    "Sold with its file",
    "The buyer got the file that was added to the listing. It cannot be replaced any more.",
  ),
  PAYMENT_NOT_FOUND: said("No payment yet", "Nothing was paid for this order."),
  INTENT_EXISTS: said(
    "Busy at the moment",
    "This payment has begun elsewhere. Reload the page to go on with it.",
  ),
  PAYMENT_VOIDED: said("This payment was cancelled", "The order is ending, and no money is taken."),
  PAYMENT_REFUSED: said(
    "This order cannot be paid for",
    "Our payment partner refuses payments for it. No money was taken, and the order ends by itself.",
  ),
  TOO_MANY_DECLINES: (_, wait) => ({
    title: "Too many declined cards",
    text: `Cards were declined too often. You can pay again at ${at(wait?.until)}.`,
  }),
  TOO_MANY_STARTS: (_, wait) => ({
    title: "A moment, please",
    text: `The payment was opened very often. You can go on at ${at(wait?.until)}; your ticket stays held.`,
  }),
  PAYMENTS_SUSPENDED: said(
    "Payments are switched off",
    "Nothing can be paid here at the moment. No money was taken. Try again later.",
  ),
  INTENT_NOT_OURS: said(
    "This order cannot be paid for here",
    "Its payment belongs to another copy of this marketplace. No money was taken.",
  ),
  STRIPE_KEY_REFUSED: said(
    "Payments are busy",
    "We cannot take payments right now. Our staff know about it. Try again in a moment.",
  ),
  STRIPE_UNAVAILABLE: said(
    "Payments are busy",
    "Our payment partner does not answer right now. Try again in a moment.",
  ),
  HTTPS_REQUIRED: said("This connection is not private", "Open the marketplace by https, then try again."),
  REQUEST_TOO_LARGE: said(
    "That is too long",
    "What you sent is larger than we can take. Shorten it, then try again.",
  ),
  TOO_MANY_REQUESTS: said("Too many requests", "Please wait a moment, then try again."),
  BAD_REQUEST: said(
    "That cannot be right",
    "What was sent could not be understood. Reload the page, then try again.",
  ),
  ORIGIN_NOT_ALLOWED: said(
    "This page is not ours",
    "Open the marketplace at its own address, then try again.",
  ),
  NO_SUCH_PATH: said(
    "Nothing found",
    "The marketplace has changed meanwhile. Reload the page, then try again.",
  ),
  HTTP_NOT_SUPPORTED: said("This browser is too old", "Try again with a newer one."),
  TIMED_OUT: said("That took too long", "The answer did not come in time. Try again in a moment."),
  SERVICE_UNAVAILABLE: said(
    "Busy at the moment",
    "Our servers do not answer right now. Try again in a moment.",
  ),
  GATEWAY_FAILED: said("Something went wrong on our side", "Please try again in a moment."),
  TOO_MANY_STREAMS: said("Too many tabs are open", "Close some of them. Then this page is live again."),
  STREAMS_FULL: said(
    "Many people are looking",
    "This page is live again as soon as there is room. Until then, reload it to see what is new.",
  ),
  NOT_FOUND: said("Nothing found", "There is nothing at this address any more."),
  DEAD_LETTER_CONSUMER_AWAY: said(
    "The consumer does not answer",
    "The event stays a dead letter. Check under Health that the service runs, then try again.",
  ),
  DEAD_LETTER_NOT_FOUND: said(
    "No such event",
    "It was delivered again or removed in the meantime. Reload the page to see the current list.",
  ),
  VENUE_NOT_FOUND: said("No such venue", "It may have been removed. Search for it again."),
  EVENT_NOT_FOUND: said("No such event", "It may have been removed. Search for it again."),
  VENUE_EXISTS: ({ name }) => ({
    title: "This venue may be known already",
    text: `The city has ${name ? `“${name}”` : "one with a similar name"}. Choose it, or say that yours is another.`,
  }),
  EVENT_EXISTS: ({ title }) => ({
    title: "This event may be known already",
    text: `At that time the venue has ${title ? `“${title}”` : "one with a similar title"}. Choose it, or say that yours is another.`,
  }),
  CITY_UNKNOWN: said("We do not know this city", "Choose its country and its time zone."),
  CITY_AMBIGUOUS: said("There is more than one city of this name", "Choose its country and its time zone."),
  COUNTRY_UNKNOWN: said("We do not know this country", "Choose one from the list."),
  TIME_ZONE_UNKNOWN: said("We do not know this time zone", "Choose one from the list."),
  LOCAL_TIME_SKIPPED: said(
    "This time does not exist there",
    "The clocks at the venue are put forward over it. Choose one of the two times beside it, or another.",
  ),
  LOCAL_TIME_REPEATED: said(
    "This time comes twice there",
    "The clocks at the venue are put back. Choose which of the two you mean.",
  ),
  LOCAL_TIME_INVALID: said("There is no such date", "Check day and time."),
  EVENT_CANCELLED: said("This event is cancelled", "It does not take place."),
  EVENT_MERGED: said("This event has another entry", "Reload the page to see that one."),
  EVENT_HAS_MERGED: said(
    "Other events were merged into this one",
    "Merge the two the other way round, so that this one stays.",
  ),
  TOO_MANY_PROPOSALS: (_, wait) => ({
    title: "Too many new events",
    text: `You can add another at ${at(wait?.until)}.`,
  }),
  EARNING_NOT_FOUND: said("No such sale", "It may take a moment to show here. Reload the page."),
  EARNING_NOT_WAITING: (facts) => ({
    title: "It cannot be frozen any more",
    text: `This earning is ${status(facts)}.`,
  }),
  UNFREEZE_NOT_PROPOSED: said("Nothing to agree to", "Reload the page to see whether it is frozen."),
  NOT_YOUR_EARNING: said("Not your sale", "Only the person who sold this ticket can see what it brought."),
  ONBOARDING_REFUSED: said(
    "Getting paid cannot be set up",
    "Our payment provider does not open an account for you. Please contact us.",
  ),
  TOO_MANY_ONBOARDINGS: (_, wait) => ({
    title: "Too many tries",
    text: `You can open the page of our payment provider again at ${at(wait?.until)}.`,
  }),
  CASE_NOT_FOUND: said("No such case", "Check the address."),
  NOT_YOUR_CASE: said("Not your case", "Only buyer and seller of the order can see it and add to it."),
  OWN_CASE: said("This is your own order", "Another operator has to decide about it."),
  CASE_DECIDED: said(
    "This case is decided",
    "Nothing can be added any more. Reload the page to see how it was decided.",
  ),
  CASE_NOT_PROPOSED: said("Nothing to agree to", "Reload the page to see where this case stands."),
  ANOTHER_OPERATOR_NEEDED: said(
    "Another operator has to agree",
    "You proposed this, and the amount is above the limit for one person.",
  ),
  TOO_MUCH_EVIDENCE: said("Nothing more can be added", "You have said as much as one may about this case."),
  CLAIM_WINDOW_CLOSED: ({ until }) => ({
    title: "Too late to complain",
    text: `A problem with this ticket could be reported until ${dayAt(until)}.`,
  }),
  NOT_OVERDUE_YET: ({ deliverBy }) => ({
    title: "The seller still has time",
    text: `The ticket has to be delivered by ${dayAt(deliverBy)}.`,
  }),
  TICKET_DELIVERED: said(
    "The seller has delivered the ticket",
    "If it does not admit, or is another than the one listed, report that instead.",
  ),
  PART_TOO_LARGE: said(
    "That is not a part of the price",
    "Choose less than what is left of the price, or refund all of it.",
  ),
  PART_REFUND_NOT_OFFERED: said("No part of a price is given back for now", "Refund all of it, or nothing."),
  EVIDENCE_CLOSED: said("Nothing can be added any more", "What both of you said goes to the bank."),
  EVIDENCE_NOT_AWAITED: said("The bank awaits nothing", "It was answered already, or has decided."),
  BANK_DECIDES: said(
    "The bank decides this case",
    "It ends as the dispute does. Its loss can be accepted where that gives the buyer just the price, unless it is an inquiry, or no loss is accepted here for now.",
  ),
  BAD_PAGE_TOKEN: said("The list has changed", "Reload the page to see the current list."),
};

/** The words for a failure; undefined for one without, such as a reason that is newer than this page. */
export const errorTextOf = (failure: Failure): Sentence | undefined =>
  Object.hasOwn(texts, failure) ? texts[failure] : undefined;
