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
  const add = db.prepare(`
    INSERT INTO listings (id, version, event, text, seller, seller_name, category, section, row, number,
      price, currency, status, instant, held_until, start, created, updated, for_sale, held)
    VALUES (:id, :version, :event, :text, :seller, :seller_name, :category, :section, :row, :number,
      :price, :currency, :status, :instant, :held_until, :start, :created, :updated, :for_sale, :held)`);
  const change = db.prepare(`
    UPDATE listings SET version = :version, event = :event, text = :text, seller = :seller,
      seller_name = :seller_name, category = :category, section = :section, row = :row, number = :number,
      price = :price, currency = :currency, status = :status, instant = :instant, held_until = :held_until, start = :start,
      created = :created, updated = :updated, for_sale = :for_sale, held = :held
    WHERE id = :id`);
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
      if (!before) add.run(rowOf(state, counted));
      else if (isSameOffer(before, state, counted))
        hold.run(state.version, state.heldUntil, counted.held, state.updated, state.sellerName, before.key);
      else change.run(rowOf(state, counted));
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

const rowOf = (state: ListingState, counted: Counted) => ({
  ...counted,
  id: state.id,
  version: state.version,
  seller: state.sellerId,
  seller_name: state.sellerName,
  category: state.category,
  ...state.seat,
  status: state.storedStatus,
  instant: Number(state.instant),
  held_until: state.heldUntil,
  created: state.created,
  updated: state.updated,
});
