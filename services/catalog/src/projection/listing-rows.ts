import type { DatabaseSync } from "node:sqlite";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { Counted, Counting } from "./counting.ts";
import type { ListingState } from "./listing-state.ts";
import type { Place } from "./placing.ts";

/** What is held of a listing that a newer state may change. */
interface Held extends Counted {
  key: number;
  version: number;
  status: number;
  row: string;
  number: string;
  instant: number;
}

/** The listings, each in its newest state. */
export interface ListingRows {
  /** Takes a state, as things are at `now`, unless one as new is held already; gives whether it was taken. */
  apply(state: ListingState, now: number): boolean;
}

export function createListingRows(
  db: DatabaseSync,
  parts: { counting: Counting; place: (state: ListingState) => Place },
): ListingRows {
  const { counting, place } = parts;
  const find = db.prepare(
    `SELECT key, version, event, text, section, row, number, price, currency, status, instant, start, for_sale,
       held
     FROM listings WHERE id = ?`,
  );
  const add = db.prepare(`INSERT INTO listings (id, ${NAMES}) VALUES (?, ${NAMES.map(() => "?")})`);
  const change = db.prepare(`UPDATE listings SET ${NAMES.map((name) => `${name} = ?`)} WHERE key = ?`);
  // A statement that names an index's column writes the index: most changes are of the lock alone.
  const hold = db.prepare(
    "UPDATE listings SET version = ?, held_until = ?, held = ?, updated = ?, seller_name = ? WHERE key = ?",
  );

  return {
    apply(state, now) {
      // The columns that it selects.
      const before = find.get(state.id) as unknown as Held | undefined;
      if (before && before.version >= state.version) return false;
      const isForSale = state.storedStatus === TicketStatus.AVAILABLE && state.start > now;
      const counted: Counted = {
        ...place(state),
        section: state.seat.section,
        price: state.price.minorUnits,
        currency: state.price.currency,
        start: state.start,
        for_sale: Number(isForSale),
        held: Number(isForSale && state.heldUntil !== null && state.heldUntil > now),
      };
      if (!before) add.run(state.id, ...valuesOf(state, counted));
      else if (isSameOffer(before, state, counted))
        hold.run(state.version, state.heldUntil, counted.held, state.updated, state.sellerName, before.key);
      else change.run(...valuesOf(state, counted), before.key);
      counting.count(before, counted, now);
      return true;
    },
  };
}

/** Whether nothing but the lock changes. */
const isSameOffer = (
  before: Held,
  { seat, storedStatus, instant }: ListingState,
  counted: Counted,
): boolean =>
  before.text === counted.text &&
  before.price === counted.price &&
  before.currency === counted.currency &&
  before.for_sale === counted.for_sale &&
  before.status === storedStatus &&
  before.instant === Number(instant) &&
  before.section === seat.section &&
  before.row === seat.row &&
  before.number === seat.number;

type Value = (state: ListingState, counted: Counted) => string | number | null;

/** What a row has besides its key and id, and of what. */
const COLUMNS: Readonly<Record<string, Value>> = {
  version: ({ version }) => version,
  event: (_, { event }) => event,
  text: (_, { text }) => text,
  seller: ({ sellerId }) => sellerId,
  seller_name: ({ sellerName }) => sellerName,
  category: ({ category }) => category,
  section: (_, { section }) => section,
  row: ({ seat }) => seat.row,
  number: ({ seat }) => seat.number,
  price: (_, { price }) => price,
  currency: (_, { currency }) => currency,
  status: ({ storedStatus }) => storedStatus,
  instant: ({ instant }) => Number(instant),
  held_until: ({ heldUntil }) => heldUntil,
  start: (_, { start }) => start,
  created: ({ created }) => created,
  updated: ({ updated }) => updated,
  for_sale: (_, { for_sale }) => for_sale,
  held: (_, { held }) => held,
};
const NAMES = Object.keys(COLUMNS);
const VALUES = Object.values(COLUMNS);

/** To be bound by place: SQLite looks for each name among all. */
const valuesOf = (state: ListingState, counted: Counted) => VALUES.map((value) => value(state, counted));
