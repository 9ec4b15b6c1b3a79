import type { Statements } from "./statements.ts";
import type { Wanted } from "./wanted.ts";

/**
 * The rows that the most selective part of a filter leaves, `listings l … WHERE …`, when they are few. `index` is the
 * one that would be walked else: what bounds the walk needs no candidates.
 */
export function candidatesOf(read: Statements, wanted: Wanted, index: string): string | undefined {
  const parts = partsOf(wanted).filter((part) => part.index !== index);
  let [best, fewest] = ["", wanted.effort.candidates + 1];
  for (const { rows } of parts) {
    const count = countTo(read, rows, wanted, fewest);
    if (count < fewest) [best, fewest] = [rows, count];
  }
  return best || undefined;
}

/** How many rows there are, counted no further than `most`. */
function countTo(read: Statements, rows: string, { values }: Wanted, most: number): number {
  const counted = read.get<{ count: number }>(
    `SELECT count(*) AS count FROM (SELECT 1 FROM ${rows} LIMIT :most)`,
    { ...values, most },
  );
  return counted?.count ?? 0;
}

interface Part {
  index: string;
  /** `listings l … WHERE …` */
  rows: string;
}

/** The listings of an index that fulfil a condition. */
const partOf = (index: string, condition: string): Part => ({
  index,
  rows: `listings l INDEXED BY ${index} WHERE l.for_sale = 1 AND ${condition}`,
});

function partsOf({ values, fewTexts, onlyInstant, event, currency, starts }: Wanted): Part[] {
  const parts: Part[] = [];
  if (event) parts.push(partOf("listings_of_event", "l.event = :event"));
  if (onlyInstant)
    parts.push(partOf("listings_instant", `l.instant = 1${event ? " AND l.event = :event" : ""}`));
  if (fewTexts) {
    // Text by text, so that a count ends with the first texts where these have enough.
    parts.push({
      index: "listings_of_text",
      rows: `json_each(:texts) y CROSS JOIN listings l INDEXED BY listings_of_text
        WHERE l.text = y.value AND l.for_sale = 1`,
    });
  }
  if (currency) {
    const isOfPrice = "price_from" in values;
    const prices = isOfPrice ? " AND l.price >= :price_from AND l.price < :price_to" : "";
    parts.push(partOf("listings_by_price", `l.currency = :currency${prices}`));
  }
  if (starts.to < Number.MAX_SAFE_INTEGER)
    parts.push(partOf("listings_by_start", "l.start >= :start_from AND l.start < :start_to"));
  return parts;
}
