import type { Complete } from "../address/address.ts";
import { latinDigits } from "../form/digits.ts";
import { type Currency, currencies } from "../format/currencies.ts";

// Only names, and no enums of the contract: every page reads addresses, and its code must stay small.

/** The names of categories in addresses. */
export const categoryNames = ["concert", "sports", "theatre", "comedy", "festival", "other"] as const;
export type CategoryName = (typeof categoryNames)[number];

/** The names of sort orders in addresses. */
export const sortNames = ["soonest", "cheapest", "dearest", "newest"] as const;
export type SortName = (typeof sortNames)[number];

/** The longest texts that can be looked for, in characters as the contract counts them. */
export const longest = { q: 100, city: 80 } as const;

/** A search, as the address has it: people can share an address. */
export interface BrowseSearch {
  q?: string | undefined;
  category?: CategoryName | undefined;
  city?: string | undefined;
  /** First and last day, `2026-12-31`, by the calendar at the venue. */
  from?: string | undefined;
  to?: string | undefined;
  /** Prices in units of `currency`, which have hundredths. */
  min?: number | undefined;
  max?: number | undefined;
  currency?: Currency | undefined;
  /** Only tickets that their buyers have at once. */
  instant?: "yes" | undefined;
  /** The sort order of tickets. Events are always sorted by their start. */
  sort?: SortName | undefined;
  view?: "tickets" | undefined;
}

/** Reads an address. Invalid parameters are ignored, so that every address shows something. */
export function browseSearch(given: Readonly<Record<string, unknown>>): Complete<BrowseSearch> {
  return {
    q: text(given.q, longest.q),
    category: oneOf(categoryNames, given.category),
    city: text(given.city, longest.city),
    from: day(given.from),
    to: day(given.to),
    min: price(given.min),
    max: price(given.max),
    currency: oneOf(currencies, given.currency),
    instant: given.instant === "yes" ? "yes" : undefined,
    sort: oneOf(sortNames, given.sort),
    view: given.view === "tickets" ? "tickets" : undefined,
  };
}

/** What the page of one event has in its address. */
export type EventSearch = Pick<BrowseSearch, "sort" | "instant">;

/** Reads the address of the page of one event, likewise. */
export function eventSearch(given: Readonly<Record<string, unknown>>): Complete<EventSearch> {
  const { sort, instant } = browseSearch(given);
  return { sort, instant };
}

/** How many filters narrow the result, not counting the words. */
export const countFilters = ({ category, city, from, to, min, max, instant }: BrowseSearch): number =>
  [category, city, from ?? to, min ?? max, instant].filter((value) => value !== undefined).length;

function text(value: unknown, max: number): string | undefined {
  if (typeof value !== "string") return undefined;
  return [...value].slice(0, max).join("").trim() || undefined;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((each) => each === value);
}

/** A valid day of this century. */
function day(value: unknown): string | undefined {
  if (typeof value !== "string" || !/^20\d{2}-\d{2}-\d{2}$/.test(value)) return undefined;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value) ? value : undefined;
}

/** An amount in units or hundredths of them, as text or as a number; "1e3" and "0x10" are not amounts. */
function price(value: unknown): number | undefined {
  const digits = latinDigits(String(value ?? "")).trim();
  const amount = /^\d{1,6}(?:\.\d{1,2})?$/.test(digits) ? Number(digits) : 0;
  return amount > 0 && amount <= 100_000 ? amount : undefined;
}
