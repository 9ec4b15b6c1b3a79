import { BAND_BOUNDS } from "../projection/price-bands.ts";
import type { Found } from "./facet-scope.ts";
import type { Statements } from "./statements.ts";
import type { Wanted } from "./wanted.ts";
import { type Candidate, textsOf } from "./wanted-events.ts";

/** A wanted listing as facets count it. */
export interface Detail {
  category: number;
  /** The city's key. */
  city: number;
  currency: string;
  /** The number of its price band. */
  band: number;
}

const BAND = BAND_BOUNDS.map((bound) => `(l.price >= ${bound})`).join(" + ");

interface ListingRow extends Detail {
  is_wanted: number;
  /** How many texts of the event were looked at. */
  texts: number;
}

/**
 * The wanted ones of the first listings of an event; `isCertain` is false when there may be others. What it looks at is
 * taken off the allowance, and once that is used up it looks at nothing.
 */
export function detailsOf(
  read: Statements,
  { wanted, allowance }: Found,
  event: Candidate,
): { details: Detail[]; isCertain: boolean } {
  if (allowance.rows <= 0) return { details: [], isCertain: false };
  const each = wanted.effort.facets.ofEvent;
  const isOfInstants = wanted.onlyInstant && !wanted.text;
  const { count, rows: from } = isOfInstants ? FIRST_INSTANTS : firstOfTexts(wanted);
  const rows = read.all<ListingRow>(
    `SELECT x.category, x.place AS city, l.currency, ${BAND} AS band,
       (${wanted.listing}) AS is_wanted, ${count} AS texts ${from} LIMIT :each`,
    { ...wanted.values, of_event: event.key, of_texts: JSON.stringify(event.texts), each },
  );
  const texts = isOfInstants ? 0 : (rows[0]?.texts ?? each);
  allowance.rows -= 2 * rows.length + texts;
  return {
    details: rows.filter(({ is_wanted }) => is_wanted === 1),
    isCertain: rows.length < each && (wanted.fewTexts || texts < each),
  };
}

/** The first listings `l` of an event with their texts `x`, and how many texts of it were looked at, as SQL. */
interface First {
  rows: string;
  count: string;
}

function firstOfTexts(wanted: Wanted): First {
  const first = textsOf(wanted, { key: ":of_event", texts: ":of_texts" });
  return {
    rows: `FROM (SELECT t.* ${first}) x CROSS JOIN listings l INDEXED BY listings_of_text ON l.text = x.key
      WHERE x.listed > 0 AND ${wanted.textRow} AND l.for_sale = 1`,
    count: `(SELECT count(*) FROM (SELECT 1 ${first}))`,
  };
}

/** Those that their buyers have at once, whatever their texts: few, where an event has many listings. */
const FIRST_INSTANTS: First = {
  rows: `FROM listings l INDEXED BY listings_instant CROSS JOIN texts x ON x.key = l.text
    WHERE l.event = :of_event AND l.for_sale = 1 AND l.instant = 1`,
  count: "0",
};
