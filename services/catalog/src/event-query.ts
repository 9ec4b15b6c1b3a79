import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";

/** An event with what is for sale for it. */
export interface EventRow {
  _id: string;
  category: Category;
  event: TicketedEvent;
  available: number;
  /** One per currency; `minorUnits` null when everything in that currency is held. */
  cheapest: { currency: string; minorUnits: number | null }[];
  /** When the first lock on what is for sale ends; null unless all of it is held. */
  firstLockEnd: Date | null;
}

/** Prices next to each other in minor units, from the first to before the second, and how many tickets have them. */
export interface PriceBand {
  from: number;
  below: number;
  available: number;
}

/** One event with what is for sale for it, as its page shows it. */
export interface EventPage {
  row: EventRow;
  histograms: { currency: string; bands: PriceBand[] }[];
  sections: EventSection[];
  hasMoreSections: boolean;
}

export interface EventSection {
  section: string;
  available: number;
  cheapest: { currency: string; minorUnits: number }[];
}

/** How many events; there may be more when `atLeast` is true. */
export interface EventCount {
  count: number;
  atLeast: boolean;
}

/** Prices of a currency in minor units, both ends included; 0 is open. */
export interface PriceRange {
  currency: string;
  min: number;
  max: number;
}

/** How many events of a search are of which category, city and price. */
export interface Facets {
  events: EventCount;
  categories: (EventCount & { category: Category })[];
  cities: (EventCount & { city: string })[];
  prices: (EventCount & PriceRange)[];
}
