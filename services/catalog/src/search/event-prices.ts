import { setImmediate } from "node:timers/promises";
import type { Statements } from "./statements.ts";
import { offersIndex, type Wanted } from "./wanted.ts";

/** What is free in a currency. */
export interface PriceRow {
  currency: string;
  available: number;
  /** Null when everything is held. */
  cheapest: number | null;
}

/** What is wanted of an event in a currency. */
export interface CountedPrice extends PriceRow {
  /** The key of one of its texts. */
  text: number;
  /** When the first lock on it ends; null when nothing is locked. */
  lock_end: number | null;
}

/** Where a listing stands in the index of its event. */
interface Place {
  currency: string;
  price: number;
  id: string;
}

/**
 * What is wanted of an event, counted by currency, of these texts. A large event is counted in slices, between which
 * the process does what else is due.
 */
export async function pricesOf(
  read: Statements,
  wanted: Wanted,
  event: { key: number; listed: number },
  texts: readonly { key: number }[],
): Promise<CountedPrice[]> {
  const { currency, prices, effort } = wanted;
  // Thousands of texts are looked at one by one.
  const isNamed = texts.length <= effort.texts;
  const ofText = isNamed ? "l.text IN (SELECT value FROM json_each(:of_texts))" : wanted.text?.("l.text");
  const ofTexts = wanted.text ? `AND ${ofText}` : "";
  // No id is empty: these are before all listings at that price. No currency begins with a tilde or what is behind it.
  let from: Place = currency ? { currency, price: prices.from, id: "" } : { currency: "", price: 0, id: "" };
  const to = currency ? { to_currency: currency, to_price: prices.to } : { to_currency: "~", to_price: 0 };
  const { index, within } = offersIndex(wanted);
  const rest = `listings l INDEXED BY ${index} WHERE l.event = :key AND ${within}
    AND (l.currency, l.price, l.id) > (:from_currency, :from_price, :from_id)
    AND (l.currency, l.price, l.id) < (:to_currency, :to_price, '')
    ORDER BY l.currency, l.price, l.id`;
  const counted = new Map<string, CountedPrice>();
  for (;;) {
    const values = {
      ...wanted.values,
      ...{ key: event.key, of_texts: JSON.stringify(isNamed ? texts.map(({ key }) => key) : []) },
      ...{ from_currency: from.currency, from_price: from.price, from_id: from.id },
      ...{ ...to, size: effort.slice.largest },
    };
    // The limit keeps the conditions out of the inner query, whose index they would take the bounds from.
    const rows = read.all<CountedPrice>(
      `SELECT l.currency, min(l.text) AS text, sum(l.held = 0 OR l.held_until <= :now) AS available,
         min(iif(l.held = 0 OR l.held_until <= :now, l.price, NULL)) AS cheapest,
         min(iif(l.held = 1, l.held_until, NULL)) AS lock_end
       FROM (SELECT l.* FROM ${rest} LIMIT :size) l
       WHERE ${wanted.listing} ${ofTexts} GROUP BY l.currency ORDER BY l.currency`,
      values,
    );
    for (const row of rows) counted.set(row.currency, joined(counted.get(row.currency), row));
    if (event.listed <= effort.slice.largest) break;
    const end = read.get<Place>(
      `SELECT l.currency, l.price, l.id FROM ${rest} LIMIT 1 OFFSET :size - 1`,
      values,
    );
    if (!end) break;
    from = end;
    await setImmediate();
  }
  return [...counted.values()];
}

const joined = (before: CountedPrice | undefined, row: CountedPrice): CountedPrice =>
  before
    ? {
        currency: row.currency,
        text: Math.min(before.text, row.text),
        available: before.available + row.available,
        cheapest: least(before.cheapest, row.cheapest),
        lock_end: least(before.lock_end, row.lock_end),
      }
    : row;

const least = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);
