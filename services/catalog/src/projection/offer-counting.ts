import type { DatabaseSync } from "node:sqlite";
import type { Counted } from "./counting.ts";
import { priceCell } from "./price-cells.ts";

/** Keeps what is for sale for an event by price, by currency and by section. */
export interface OfferCounting {
  /** A listing that is for sale is one more (1) or one less (-1), which its row says already. */
  count(listing: Counted, change: 1 | -1): void;
  /** Nothing is for sale for the event of that key. */
  clear(event: number): void;
}

export function createOfferCounting(db: DatabaseSync): OfferCounting {
  const changeCell = db.prepare(
    `INSERT INTO event_price_cells (event, currency, cell, listed, available) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET listed = listed + excluded.listed, available = available + excluded.available
     RETURNING listed`,
  );
  const removeCell = db.prepare(
    "DELETE FROM event_price_cells WHERE event = ? AND currency = ? AND cell = ?",
  );
  const findCheapestOfSection = db.prepare(
    `SELECT price FROM listings
     WHERE event = ? AND section = ? AND currency = ? AND for_sale = 1 AND held = 0 ORDER BY price LIMIT 1`,
  );
  const changeSection = db.prepare(
    `INSERT INTO event_sections (event, section, currency, available, cheapest) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET available = available + excluded.available, cheapest = excluded.cheapest`,
  );
  const removeSection = db.prepare(
    "DELETE FROM event_sections WHERE event = ? AND section = ? AND currency = ?",
  );
  const findCheapest = db.prepare(
    "SELECT cheapest FROM event_sections WHERE event = ? AND currency = ? ORDER BY cheapest LIMIT 1",
  );
  const changePrice = db.prepare(
    `INSERT INTO event_prices (event, currency, available, cheapest) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET available = available + excluded.available, cheapest = excluded.cheapest`,
  );
  const removePrice = db.prepare("DELETE FROM event_prices WHERE event = ? AND currency = ?");
  const clearings = ["event_prices", "event_sections", "event_price_cells"].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE event = ?`),
  );

  function countFree({ event, section, currency }: Counted, change: number): void {
    const ofSection = findCheapestOfSection.get(event, section, currency);
    if (ofSection) changeSection.run(event, section, currency, change, Number(ofSection.price));
    else removeSection.run(event, section, currency);
    const ofEvent = findCheapest.get(event, currency);
    if (ofEvent) changePrice.run(event, currency, change, Number(ofEvent.cheapest));
    else removePrice.run(event, currency);
  }

  return {
    count(listing, change) {
      const { event, currency, price, held } = listing;
      const cell = priceCell(price);
      const listed = changeCell.get(event, currency, cell, change, held ? 0 : change)?.listed;
      if (listed === 0) removeCell.run(event, currency, cell);
      if (!held) countFree(listing, change);
    },
    clear(event) {
      for (const clearing of clearings) clearing.run(event);
    },
  };
}
