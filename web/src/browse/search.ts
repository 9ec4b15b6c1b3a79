import type { Complete } from "../address/address.ts";
import { latinDigits } from "../form/digits.ts";

/** Categories as they stand in addresses; their numbers are those of the contract. */
export const categories = { concert: 1, sports: 2, theatre: 3, comedy: 4, festival: 5, other: 6 } as const;
export type CategoryName = keyof typeof categories;

/** Orders as they stand in addresses; their numbers are those of the contract. */
export const orders = { soonest: 1, cheapest: 2, dearest: 3, newest: 4 } as const;
export type OrderName = keyof typeof orders;

export const currencies = ["USD", "EUR", "GBP"] as const;
export type Currency = (typeof currencies)[number];

/** What somebody looks for, as it stands in the address: an address can be shared. */
export interface BrowseSearch {
  q?: string | undefined;
  category?: CategoryName | undefined;
  city?: string | undefined;
  /** First and last day, `2026-12-31`, in the reader's time zone. */
  from?: string | undefined;
  to?: string | undefined;
  /** Prices in whole units of `currency`. */
  min?: number | undefined;
  max?: number | undefined;
  currency?: Currency | undefined;
  /** Of the tickets; events come soonest first. */
  sort?: OrderName | undefined;
  view?: "tickets" | undefined;
}

/** Reads an address. What makes no sense is left out, so that any address shows something. */
export function browseSearch(given: Readonly<Record<string, unknown>>): Complete<BrowseSearch> {
  return {
    q: text(given.q, 100),
    category: oneOf(Object.keys(categories) as CategoryName[], given.category),
    city: text(given.city, 80),
    from: day(given.from),
    to: day(given.to),
    min: price(given.min),
    max: price(given.max),
    currency: oneOf(currencies, given.currency),
    sort: oneOf(Object.keys(orders) as OrderName[], given.sort),
    view: given.view === "tickets" ? "tickets" : undefined,
  };
}

/** The page of one event keeps an order of its tickets. */
export const eventSearch = (
  given: Readonly<Record<string, unknown>>,
): Complete<Pick<BrowseSearch, "sort">> => ({
  sort: browseSearch(given).sort,
});

/** How many filters narrow the result, the words aside. */
export const countFilters = ({ category, city, from, to, min, max }: BrowseSearch): number =>
  [category, city, from ?? to, min ?? max].filter((value) => value !== undefined).length;

function text(value: unknown, max: number): string | undefined {
  if (typeof value !== "string") return undefined;
  // Characters as the contract counts them.
  return [...value].slice(0, max).join("").trim() || undefined;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((each) => each === value);
}

/** A day of this century that the calendar has. */
function day(value: unknown): string | undefined {
  if (typeof value !== "string" || !/^20\d{2}-\d{2}-\d{2}$/.test(value)) return undefined;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value) ? value : undefined;
}

/** Whole units, as text or as a number; "1e3" and "0x10" are none. */
function price(value: unknown): number | undefined {
  const digits = latinDigits(String(value ?? "")).trim();
  const amount = /^\d{1,6}$/.test(digits) ? Number(digits) : 0;
  return amount > 0 && amount <= 100_000 ? amount : undefined;
}
