import type { Statements } from "./statements.ts";
import type { Wanted } from "./wanted.ts";

/**
 * The rows that the most selective part of a filter leaves, `listings l … WHERE …`, when they are few. `index` is the
 * one that would be walked else: what bounds the walk needs no candidates.
 */
export function candidatesOf(read: Statements, wanted: Wanted, index: string): string | undefined {
  const parts = partsOf(wanted).filter((part) => part.index !== index);
  let [best, fewest] = ["", wanted.effort.candidates + 1];
  for (const part of parts) {
    const rows = `listings l INDEXED BY ${part.index} WHERE l.for_sale = 1 AND ${part.condition}`;
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
  condition: string;
}

function partsOf({ values, fewTexts, event, currency, starts }: Wanted): Part[] {
  const parts: Part[] = [];
  if (event) parts.push({ index: "listings_of_event", condition: "l.event = :event" });
  if (fewTexts) {
    parts.push({
      index: "listings_of_text",
      condition: "l.text IN (SELECT value FROM json_each(:texts))",
    });
  }
  if (currency && "price_from" in values) {
    const condition = "l.currency = :currency AND l.price >= :price_from AND l.price < :price_to";
    parts.push({ index: "listings_by_price", condition });
  } else if (currency) parts.push({ index: "listings_by_price", condition: "l.currency = :currency" });
  if (starts.to < Number.MAX_SAFE_INTEGER) {
    const condition = "l.start >= :start_from AND l.start < :start_to";
    parts.push({ index: "listings_by_start", condition });
  }
  return parts;
}
