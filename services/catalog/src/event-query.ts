import type { Category } from "@ticketing/proto/tickets/v1/ticket";

/** An event with what is for sale for it. */
export interface EventRow {
  _id: string;
  category: Category;
  event: { title: string; venue: string; city: string; startTime: Date };
  available: number;
  /** One per currency; `minorUnits` null when everything in that currency is held. */
  cheapest: { currency: string; minorUnits: number | null }[];
}
