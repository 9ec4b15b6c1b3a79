import type { Listing } from "../listing.ts";
import { type EventFacts, ticketedEventOf } from "./event-row.ts";

/** A listing as search gives it, with the name that its seller carries today. */
export type FoundListing = Omit<Listing, "words" | "cityKeys" | "textVersion">;

/** A listing's row, joined with what it refers to. */
export interface FoundRow extends EventFacts {
  id: string;
  version: number;
  seller: string;
  seller_name: string;
  category: number;
  section: string;
  row: string;
  number: string;
  price: number;
  currency: string;
  status: number;
  instant: number;
  held_until: number | null;
  start: number;
  created: number;
  updated: number;
  title: string;
  event_id: string;
  event_title: string;
  venue: string;
  city: string;
}

/** Listings with what they refer to: `l` says which, as a table or a query. */
export const foundRows = (l: string): string => `
  SELECT l.id, l.version, l.seller, coalesce(s.display_name, l.seller_name) AS seller_name, l.category,
    l.section, l.row, l.number, l.price, l.currency, l.status, l.instant, l.held_until, l.start, l.created, l.updated,
    t.title, e.id AS event_id, e.time_zone, e.cancelled, e.former_start, t.event_title, t.venue, t.city
  FROM ${l} l CROSS JOIN texts t ON t.key = l.text CROSS JOIN events e ON e.key = l.event
  LEFT JOIN sellers s ON s.id = l.seller`;

export const foundListing = (row: FoundRow): FoundListing => ({
  _id: row.id,
  version: row.version,
  sellerId: row.seller,
  sellerName: row.seller_name,
  title: row.title,
  category: row.category,
  event: {
    id: row.event_id,
    ...ticketedEventOf(
      { ...row, id: row.event_id },
      { title: row.event_title, venue: row.venue, city: row.city },
    ),
  },
  seat: { section: row.section, row: row.row, number: row.number },
  price: { minorUnits: row.price, currency: row.currency },
  storedStatus: row.status,
  instant: row.instant === 1,
  lockExpireTime: row.held_until === null ? null : new Date(row.held_until),
  createTime: new Date(row.created),
  updateTime: new Date(row.updated),
});
