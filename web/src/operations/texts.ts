import { DriftKind, RecordSource } from "@ticketing/proto/workflows/v1/reconciliation_events";

const plural = new Intl.PluralRules("en");
const number = new Intl.NumberFormat();
const percent = new Intl.NumberFormat("en", { style: "percent" });
const megabytes = (bytes: bigint) => number.format(Math.ceil(Number(bytes) / 1e6));
const count = (value: bigint | number, one: string, other: string) =>
  `${number.format(value)} ${plural.select(Number(value)) === "one" ? one : other}`;

/** The names of the differences that reconciliation finds. */
export const driftNames: Readonly<Record<DriftKind, string>> = {
  [DriftKind.UNSPECIFIED]: "Unknown difference",
  [DriftKind.ORDER_OVERDUE]: "Order awaits payment past its deadline",
  [DriftKind.ORDER_UNPAID]: "Complete order without its money",
  [DriftKind.ORDER_WITHOUT_TICKET]: "Complete order without its ticket",
  [DriftKind.REFUND_UNFINISHED]: "Refund not finished",
  [DriftKind.REFUND_REFUSED]: "A refund was refused: somebody has to decide",
  [DriftKind.REFUND_FAILED]: "A refund came back: the buyer did not get the money",
  [DriftKind.MONEY_OF_ENDED_ORDER]: "Money held for an order that has ended",
  [DriftKind.LOCK_WITHOUT_ORDER]: "Ticket locked for no order",
  [DriftKind.LOCK_OF_ENDED_ORDER]: "Ticket locked for an order that has ended",
  [DriftKind.SALE_WITHOUT_ORDER]: "Ticket sold to no order",
  [DriftKind.SALE_OF_ENDED_ORDER]: "Ticket sold to an order that ended without it",
  [DriftKind.ORDER_OF_CANCELLED_EVENT]: "Ticket for a cancelled event, not refunded",
  [DriftKind.PAYMENT_WITHOUT_ORDER]: "Payment for no order",
  [DriftKind.AMOUNT_DIFFERS]: "Amounts differ",
  [DriftKind.PAYMENT_BEHIND_STRIPE]: "Payment is behind Stripe",
  [DriftKind.INTENT_UNKNOWN]: "Payment at Stripe without a record of ours",
  [DriftKind.RECORD_INVALID]: "Record that breaks its own rules",
  [DriftKind.BOOKS_DIFFER]: "A seller's books and Stripe's transfers differ",
  [DriftKind.BALANCE_UNBOOKED]: "Money moved at Stripe that our books do not have",
  [DriftKind.BALANCE_MISSING]: "Money moved in our books that Stripe does not have",
  [DriftKind.BALANCE_DIFFERS]: "Stripe moved another amount than our books say",
  [DriftKind.EVENTS_UNPUBLISHED]: "Events wait to be published",
};

/** The names of the records that reconciliation compares. A report of an earlier release does not say which. */
const sourceNames: Readonly<Record<RecordSource, string>> = {
  [RecordSource.UNSPECIFIED]: "Records",
  [RecordSource.ORDERS]: "Orders",
  [RecordSource.TICKETS]: "Tickets",
  [RecordSource.PAYMENTS]: "Payments",
  [RecordSource.INTENTS]: "Payments at Stripe",
  [RecordSource.EARNINGS]: "Earnings",
  [RecordSource.MOVEMENTS]: "Money moved at Stripe",
  [RecordSource.CHARGES]: "Money taken",
};

/** The words of the operators' page. */
export const operationsTexts = {
  title: "Operations",
  lead: "The marketplace at a glance. The page reads it again every few seconds while it is visible.",
  refusedTitle: "This page is for operators",
  refusedText: "Your account is not an operator's. You find your orders and sales under Orders.",
  toOrders: "My orders",
  toEvents: "Events",
  toCases: "Cases",
  toDecisions: "Users and listings",
  toLog: "Log",
  age: (seconds: number) => `Read ${count(seconds, "second", "seconds")} ago.`,
  ageNow: "Read just now.",
  stale: "The page cannot read it again right now. You see the last state that it read.",

  numbers: "Numbers",
  processesServing: "Processes serving",
  ofAll: (some: number, all: number) => `${number.format(some)} of ${number.format(all)}`,
  ordersIn: (status: string) => `Orders: ${status.toLowerCase()}`,
  orMore: (number: string) => `${number} or more`,
  behind: "Events behind",
  deadLettersCount: "Dead letters",
  drift: "Open differences",
  disputes: "Disputes",

  health: "Health",
  serving: "Serving",
  servingInPart: "Serving in part",
  notServing: "Not serving",
  notHeard: "No report",
  silentSince: (at: string) => `No report since ${at}.`,
  upSince: (at: string) => `Up since ${at}.`,
  notHeardText: "No process of this service has reported in the last five minutes.",
  reachable: (name: string) => `${name} ok`,
  unreachable: (name: string, needed: boolean) =>
    needed ? `${name} not ok, and required` : `${name} not ok`,

  lag: "Lag of consumers",
  lagText: "How far each consumer is behind its stream.",
  upToDate: "Up to date",
  pending: (events: bigint) => `${count(events, "event", "events")} behind`,
  inFlight: (events: bigint) => `${count(events, "event", "events")} delivered and not handled yet`,
  consumerOf: (stream: string) => `Stream ${stream}`,

  streams: "Streams",
  streamsText: "How much room the events of each stream take. A stream that is full takes no new ones.",
  room: "Room left",
  almostFull: "Almost full",
  fill: (bytes: bigint) => `${megabytes(bytes)} MB`,
  fillOf: (bytes: bigint, limit: bigint) =>
    `${megabytes(bytes)} of ${megabytes(limit)} MB (${percent.format(Number(bytes) / Number(limit))})`,
  oldestEvent: (at: string) => `Oldest event: ${at}`,
  noEvents: "It has no events.",

  reconciliation: "Reconciliation",
  neverRan: "Reconciliation has not run yet.",
  lastRun: (at: string, records: bigint) =>
    `Last run at ${at}: ${count(records, "record", "records")} compared.`,
  found: (open: bigint, mended: bigint) =>
    `${count(open, "difference is open", "differences are open")}, ${number.format(mended)} repaired.`,
  unchecked: (differences: bigint) =>
    `${count(differences, "more difference was", "more differences were")} found, too many to be checked again.`,
  skipped: (records: bigint) =>
    `${count(records, "record or list", "records or lists")} could not be compared. The next run tries again.`,
  skippedRecord: (source: RecordSource, id: string, reason: string) =>
    `${sourceNames[source] ?? "Records"} ${id || "(the rest)"}: ${reason}`,
  noDrift: "Tickets, orders, payments and Stripe agree.",
  open: "Open",
  mended: "Repaired",
  ofOrder: (id: string) => `Order ${id}`,
  ofTicket: (id: string) => `Ticket ${id}`,
  ofIntent: (id: string) => `PaymentIntent ${id}`,

  deadLetters: "Dead letters",
  noDeadLetters: "There are none. Every event was handled.",
  letterOrigin: (consumer: string, stream: string) => `Refused by ${consumer}, from stream ${stream}`,
  replay: (sequence: bigint) => `Replay no. ${sequence}`,
  replayTitle: "Deliver this event again?",
  replayText:
    "The consumer that refused the event gets it again, and no other does. If it refuses it again, the event comes back under a new number.",
  replayConfirm: "Deliver again",
  replayKeep: "Do not deliver",
  replayed: (sequence: bigint) => `No. ${sequence} was delivered again.`,

  orders: "Orders",
  status: "Status",
  anyStatus: "Any",
  noOrders: "No orders in this status.",
  workflow: "Workflow",
  workflowOf: (id: string) => `of order ${id}, in a new tab`,
};
