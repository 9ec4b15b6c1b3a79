import type { Facets, PriceRange } from "../event-query.ts";
import { BAND_BOUNDS, cellsOfBand } from "../projection/price-bands.ts";
import { detailsOf } from "./event-details.ts";
import type { Found } from "./facet-scope.ts";
import type { Statements } from "./statements.ts";
import type { Wanted } from "./wanted.ts";
import type { FoundEvent } from "./wanted-events.ts";

const BANDS = [0, ...BAND_BOUNDS].map((_, band) => band);

interface BandRow {
  currency: string;
  band: number;
  events: number;
}

/** How many of the events that were found have a wanted listing in which price band. */
export function pricesOf(read: Statements, found: Found): Facets["prices"] {
  const counts = new Map<string, BandRow>();
  const count = (rows: readonly BandRow[]) => {
    for (const row of rows) {
      const name = `${row.currency} ${row.band}`;
      const events = (counts.get(name)?.events ?? 0) + row.events;
      counts.set(name, { ...row, events });
    }
  };
  const { whole, others } = wholeEvents(read, found);
  count(keptBands(read, found.wanted, whole));
  let isComplete = found.isComplete;
  for (const event of others) {
    const { details, isCertain } = detailsOf(read, found, event);
    const bands = new Map(details.map(({ currency, band }) => [`${currency} ${band}`, { currency, band }]));
    count([...bands.values()].map((band) => ({ ...band, events: 1 })));
    isComplete &&= isCertain;
  }
  return [...counts.values()]
    .sort((a, b) => (a.currency === b.currency ? a.band - b.band : a.currency < b.currency ? -1 : 1))
    .map(({ currency, band, events: number }) => ({
      ...{ ...rangeOf(currency, band), count: number, atLeast: !isComplete },
    }));
}

const rangeOf = (currency: string, band: number): PriceRange => ({
  currency,
  min: BAND_BOUNDS[band - 1] ?? 0,
  max: (BAND_BOUNDS[band] ?? 1) - 1,
});

/** The keys of the events of which all texts are wanted, where nothing else is asked for, and the other events. */
function wholeEvents(read: Statements, found: Found): { whole: number[]; others: FoundEvent[] } {
  const { isOfKinds, events, category, cities } = found;
  // What is kept of prices counts the instant ones with the others.
  if (found.wanted.onlyInstant) return { whole: [], others: [...events] };
  const partly = new Set(events.filter(({ isWhole }) => !isWhole).map(({ key }) => key));
  if (isOfKinds && partly.size > 0) {
    const whole = read.all<{ key: number }>(
      `SELECT k.value AS key FROM json_each(:keys) k WHERE NOT EXISTS (
         SELECT 1 FROM event_kinds x INDEXED BY event_kinds_of_event
         WHERE x.event = k.value AND x.category > 0 AND x.city > 0 AND NOT (:category IN (0, x.category)
           AND (:city = 0 OR x.city IN (SELECT value FROM json_each(:cities)))))`,
      {
        ...{ category, city: cities[0] ?? 0, cities: JSON.stringify(cities) },
        keys: JSON.stringify([...partly]),
      },
    );
    for (const { key } of whole) partly.delete(key);
  }
  const { whole = [], others = [] } = Object.groupBy(events, ({ key }) =>
    partly.has(key) ? "others" : "whole",
  );
  return { whole: whole.map(({ key }) => key), others };
}

/** The bands of events of which all texts are wanted, from what is kept of their prices. */
function keptBands(
  read: Statements,
  { onlyAvailable, currency }: Wanted,
  keys: readonly number[],
): BandRow[] {
  return read
    .all<{ currency: string } & Record<string, number>>(onlyAvailable ? AVAILABLE_BANDS : LISTED_BANDS, {
      currency,
      keys: JSON.stringify(keys),
    })
    .flatMap((row) =>
      BANDS.map((band) => ({ currency: row.currency, band, events: Number(row[`band_${band}`]) })),
    )
    .filter(({ events }) => events > 0);
}

/** Counts the events by currency that have each band; `isThere` says whether the event of a row `b` has it. */
const countBands = (isThere: (band: number) => string): string => `
  SELECT b.currency, ${BANDS.map((band) => `sum(${isThere(band)}) AS band_${band}`).join(", ")}
  FROM json_each(:keys) k CROSS JOIN event_bands b ON b.event = k.value
  WHERE :currency IN ('', b.currency) GROUP BY b.currency`;
const isListed = (band: number) => `b.bands >> ${band} & 1`;
const isAvailable = (band: number) => {
  const { from, to } = cellsOfBand(band);
  return `b.bands >> ${band} & 1 AND EXISTS (SELECT 1 FROM event_price_cells p
    WHERE p.event = b.event AND p.currency = b.currency AND p.cell >= ${from} AND p.cell < ${to} AND p.available > 0)`;
};
const LISTED_BANDS = countBands(isListed);
const AVAILABLE_BANDS = countBands(isAvailable);
