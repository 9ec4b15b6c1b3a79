import type { DatabaseSync } from "node:sqlite";
import type { Counted } from "./counting.ts";
import { cellsOfBand, priceBand } from "./price-bands.ts";
import { priceCell } from "./price-cells.ts";

/** How many more are for sale, and how many more of these nobody holds: each 1, 0 or -1. */
export interface OfferChange {
  listed: number;
  available: number;
}

/** Keeps what is for sale for an event by price, by currency and by section. */
export interface OfferCounting {
  /** Counts a change of the offer that a listing is or was. The listing's row has its new state already. */
  count(offer: Counted, change: OfferChange): void;
  /** Nothing is for sale for the event of that key. */
  clear(event: number): void;
}

export function createOfferCounting(db: DatabaseSync): OfferCounting {
  const changeCell = db.prepare(
    `INSERT INTO event_price_cells (event, currency, cell, listed, available) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET listed = listed + excluded.listed, available = available + excluded.available
     RETURNING listed`,
  );
  const holdCell = db.prepare(
    "UPDATE event_price_cells SET available = available + ? WHERE event = ? AND currency = ? AND cell = ?",
  );
  const removeCell = db.prepare(
    "DELETE FROM event_price_cells WHERE event = ? AND currency = ? AND cell = ?",
  );
  const findCell = db.prepare(
    "SELECT 1 FROM event_price_cells WHERE event = ? AND currency = ? AND cell >= ? AND cell < ? LIMIT 1",
  );
  const addBand = db.prepare(
    `INSERT INTO event_bands (event, currency, bands) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET bands = bands | excluded.bands`,
  );
  const removeBand = db.prepare("UPDATE event_bands SET bands = bands & ~? WHERE event = ? AND currency = ?");
  const ofSection = createCheapest(db, {
    table: "event_sections",
    key: ["event", "section", "currency"],
    next: `SELECT price AS cheapest FROM listings
      WHERE event = ? AND section = ? AND currency = ? AND for_sale = 1 AND held = 0 ORDER BY price LIMIT 1`,
  });
  const ofEvent = createCheapest(db, {
    table: "event_prices",
    key: ["event", "currency"],
    next: "SELECT cheapest FROM event_sections WHERE event = ? AND currency = ? ORDER BY cheapest LIMIT 1",
  });
  const clearings = ["event_prices", "event_sections", "event_price_cells", "event_bands"].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE event = ?`),
  );

  function countCell(key: readonly [number, string, number], { listed, available }: OfferChange): void {
    const [event, currency, cell] = key;
    const count = changeCell.get(...key, listed, available)?.listed;
    if (count === 0) removeCell.run(...key);
    if (count !== 0 && count !== listed) return;
    const band = priceBand(cell);
    const { from, to } = cellsOfBand(band);
    if (count !== 0) addBand.run(event, currency, 1 << band);
    else if (!findCell.get(event, currency, from, to)) removeBand.run(1 << band, event, currency);
  }

  return {
    count({ event, section, currency, price }, { listed, available }) {
      const cell = priceCell(price);
      if (listed === 0) holdCell.run(available, event, currency, cell);
      else countCell([event, currency, cell], { listed, available });
      if (available === 1) {
        ofSection.add([event, section, currency], price);
        ofEvent.add([event, currency], price);
      }
      if (available === -1) {
        ofSection.remove([event, section, currency], price);
        ofEvent.remove([event, currency], price);
      }
    },
    clear(event) {
      for (const clearing of clearings) clearing.run(event);
    },
  };
}

type Key = readonly (string | number)[];

/**
 * Rows of a table that have the number and the cheapest of the offers with a key; none where there is no offer. `next`
 * finds the cheapest that is left. The column `cheapest`, which has an index, is written only when it changes.
 */
function createCheapest(db: DatabaseSync, of: { table: string; key: readonly string[]; next: string }) {
  const { table, key } = of;
  const row = key.map((column) => `${column} = ?`).join(" AND ");
  const add = db.prepare(
    `INSERT INTO ${table} (${key}, available, cheapest) VALUES (${key.map(() => "?")}, 1, ?)
     ON CONFLICT DO UPDATE SET available = available + 1 RETURNING cheapest`,
  );
  const takeOne = db.prepare(
    `UPDATE ${table} SET available = available - 1 WHERE ${row} RETURNING available, cheapest`,
  );
  const remove = db.prepare(`DELETE FROM ${table} WHERE ${row}`);
  const setCheapest = db.prepare(`UPDATE ${table} SET cheapest = ? WHERE ${row}`);
  const next = db.prepare(of.next);

  return {
    add(values: Key, price: number): void {
      if (price < Number(add.get(...values, price)?.cheapest)) setCheapest.run(price, ...values);
    },
    remove(values: Key, price: number): void {
      const left = takeOne.get(...values);
      if (left?.available === 0) remove.run(...values);
      else if (left?.cheapest === price) setCheapest.run(Number(next.get(...values)?.cheapest), ...values);
    },
  };
}
