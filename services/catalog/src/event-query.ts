import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Collection, Document, Filter } from "mongodb";
import { notHeldExpression } from "./held.ts";
import type { Listing } from "./listing.ts";
import type { Position } from "./page-token.ts";

/** An event with what is for sale for it. */
export interface EventRow {
  _id: string;
  category: Category;
  event: { title: string; venue: string; city: string; startTime: Date };
  available: number;
  /** One per currency; `minorUnits` null when everything in that currency is held. */
  cheapest: { currency: string; minorUnits: number | null }[];
}

/** The events of the matching tickets, soonest first, at most `limit` after the position. */
export function findEvents(
  listings: Collection<Listing>,
  query: { match: Filter<Listing>; after: Position | undefined; limit: number; now: Date },
): Promise<EventRow[]> {
  return listings.aggregate<EventRow>(eventPipeline(query)).toArray();
}

/** The aggregation behind {@link findEvents}. */
export function eventPipeline(query: {
  match: Filter<Listing>;
  after: Position | undefined;
  limit: number;
  now: Date;
}): Document[] {
  const { after, now } = query;
  const start = after && new Date(after.key);
  const rest = after
    ? {
        $or: [
          { "event.startTime": { $gt: start } },
          { "event.startTime": start, "event.id": { $gt: after.id } },
        ],
      }
    : {};
  const free = notHeldExpression(now);
  return [
    { $match: { $and: [query.match, rest] } },
    {
      $group: {
        _id: { event: "$event.id", currency: "$price.currency" },
        category: { $first: "$category" },
        event: { $first: "$event" },
        available: { $sum: { $cond: [free, 1, 0] } },
        minorUnits: { $min: { $cond: [free, "$price.minorUnits", null] } },
      },
    },
    { $sort: { "_id.currency": 1 } },
    {
      $group: {
        _id: "$_id.event",
        category: { $first: "$category" },
        event: { $first: "$event" },
        available: { $sum: "$available" },
        cheapest: { $push: { currency: "$_id.currency", minorUnits: "$minorUnits" } },
      },
    },
    { $sort: { "event.startTime": 1, _id: 1 } },
    { $limit: query.limit },
  ];
}
