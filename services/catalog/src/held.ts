import { isOver } from "@ticketing/runtime/process/clock";
import type { Document, Filter } from "mongodb";
import type { Listing } from "./listing.ts";

// Whether somebody holds a ticket at an instant, asked in a program, in a filter and in an aggregation. A lock that is
// over at its deadline may still be stored.

export const isHeld = ({ lockExpireTime }: Pick<Listing, "lockExpireTime">, now: Date): boolean =>
  lockExpireTime !== null && !isOver(lockExpireTime, now);

/** The listings that nobody holds. */
export const notHeld = (now: Date): Filter<Listing> => ({
  $or: [{ lockExpireTime: null }, { lockExpireTime: { $lte: now } }],
});

/** Whether nobody holds a listing, as an expression: null sorts before every date. */
export const notHeldExpression = (now: Date): Document => ({ $lte: ["$lockExpireTime", now] });
