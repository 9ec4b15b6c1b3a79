import type { Facets, PriceRange } from "../event-query.ts";
import { BAND_BOUNDS } from "../projection/price-bands.ts";
import { priceCell } from "../projection/price-cells.ts";
import type { Found } from "./facet-scope.ts";
import type { Pause } from "./pauses.ts";
import type { Statements } from "./statements.ts";
import { listingCondition, type Wanted } from "./wanted.ts";

/** The prices of so many events are read together. */
const SLICE = 100;

const BANDS = [0, ...BAND_BOUNDS].map((_, band) => band);
/** The number of the band of a cell, or of a price. */
const bandOf = (column: string, bounds: readonly number[]): string =>
  bounds.map((bound) => `(${column} >= ${bound})`).join(" + ");
const bandOfCell = bandOf("p.cell", BAND_BOUNDS.map(priceCell));
const bandOfPrice = bandOf("l.price", BAND_BOUNDS);

interface BandRow {
  currency: string;
  band: number;
  events: number;
}

/** How many of the events that were found have a wanted listing in which price band. */
export async function pricesOf(read: Statements, found: Found, pause: Pause): Promise<Facets["prices"]> {
  const { wanted, keys, isComplete } = found;
  const counts = new Map<string, BandRow>();
  const count = (rows: readonly BandRow[]) => {
    for (const row of rows) {
      const name = `${row.currency} ${row.band}`;
      const events = (counts.get(name)?.events ?? 0) + row.events;
      counts.set(name, { ...row, events });
    }
  };
  for (let n = 0; n < keys.length; n += SLICE) {
    const slice = keys.slice(n, n + SLICE);
    const parts = new Set(partlyWanted(read, found, slice));
    count(
      keptBands(
        read,
        wanted,
        slice.filter((key) => !parts.has(key)),
      ),
    );
    await pause();
    for (const key of parts) {
      count(bandsOfListings(read, wanted, key));
      await pause();
    }
  }
  return [...counts.values()]
    .sort((a, b) => (a.currency === b.currency ? a.band - b.band : a.currency < b.currency ? -1 : 1))
    .map(({ currency, band, events }) => ({
      ...{ ...rangeOf(currency, band), count: events, atLeast: !isComplete },
    }));
}

const rangeOf = (currency: string, band: number): PriceRange => ({
  currency,
  min: BAND_BOUNDS[band - 1] ?? 0,
  max: (BAND_BOUNDS[band] ?? 1) - 1,
});

/** Events of which some texts with something for sale are wanted and others not. */
function partlyWanted(read: Statements, found: Found, keys: readonly number[]): number[] {
  const { wanted, isOfKinds, category, cities } = found;
  const { text, textRow, values } = wanted;
  if (!text) return [];
  const other = isOfKinds
    ? `SELECT 1 FROM event_kinds x INDEXED BY event_kinds_of_event
       WHERE x.event = k.value AND x.category > 0 AND x.city > 0 AND NOT (:category IN (0, x.category)
         AND (:city = 0 OR x.city IN (SELECT value FROM json_each(:cities))))`
    : `SELECT 1 FROM texts x WHERE x.event = k.value AND x.listed > 0 AND NOT (${textRow})`;
  const kinds = { category, city: cities[0] ?? 0, cities: JSON.stringify(cities) };
  return read
    .all<{ key: number }>(`SELECT k.value AS key FROM json_each(:keys) k WHERE EXISTS (${other})`, {
      ...{ ...values, ...kinds, keys: JSON.stringify(keys) },
    })
    .map(({ key }) => key);
}

/** The bands of events of which all texts are wanted, from what is kept of their prices. */
function keptBands(
  read: Statements,
  { onlyAvailable, currency }: Wanted,
  keys: readonly number[],
): BandRow[] {
  const values = { currency, keys: JSON.stringify(keys) };
  if (onlyAvailable) return read.all<BandRow>(AVAILABLE_BANDS, values);
  return read
    .all<{ currency: string } & Record<string, number>>(LISTED_BANDS, values)
    .flatMap((row) =>
      BANDS.map((band) => ({ currency: row.currency, band, events: Number(row[`band_${band}`]) })),
    )
    .filter(({ events }) => events > 0);
}

const LISTED_BANDS = `
  SELECT currency, ${BANDS.map((band) => `sum(bands >> ${band} & 1) AS band_${band}`).join(", ")}
  FROM json_each(:keys) x CROSS JOIN event_bands b ON b.event = x.value
  WHERE :currency IN ('', currency) GROUP BY currency`;
const AVAILABLE_BANDS = `
  SELECT currency, band, count(*) AS events FROM (
    SELECT DISTINCT p.event, p.currency, ${bandOfCell} AS band
    FROM json_each(:keys) x CROSS JOIN event_price_cells p ON p.event = x.value
    WHERE p.available > 0 AND :currency IN ('', p.currency))
  GROUP BY currency, band`;

const bandsOfListings = (read: Statements, wanted: Wanted, event: number): BandRow[] =>
  read.all<BandRow>(
    `SELECT DISTINCT l.currency, ${bandOfPrice} AS band, 1 AS events
     FROM listings l INDEXED BY listings_of_event
     WHERE l.event = :facet_event AND ${listingCondition(wanted)}`,
    { ...wanted.values, facet_event: event },
  );
