import type { EventPage, EventRow, EventSection, PriceBand } from "../event-query.ts";
import { firstPriceOf } from "../projection/price-cells.ts";
import { EVENT_COLUMNS, type EventKey } from "./event-row.ts";
import { type EventTexts, rowOf, summaryOf } from "./event-summary.ts";
import type { Statements } from "./statements.ts";
import type { Wanted } from "./wanted.ts";

/** A histogram has at most so many bands. */
const MOST_BANDS = 12;
const MOST_SECTIONS = 100;

/** The event of that id, with what is for sale for it; undefined when it is not known. `wanted` wants everything. */
export async function eventPageOf(
  read: Statements,
  wanted: Wanted,
  id: string,
): Promise<EventPage | undefined> {
  const event = read.get<EventKey & EventTexts>(
    `SELECT ${EVENT_COLUMNS}, e.title AS event_title, e.venue, e.city, e.category
     FROM events e WHERE e.id = :id ORDER BY e.listed > 0 DESC, e.start DESC LIMIT 1`,
    { id },
  );
  const row = event && (await rowOfEvent(read, wanted, event));
  return row && { row, histograms: histogramsOf(read, event.key), ...sectionsOf(read, event.key) };
}

const rowOfEvent = async (
  read: Statements,
  wanted: Wanted,
  event: EventKey & EventTexts,
): Promise<EventRow | undefined> =>
  (event.listed > 0 ? await summaryOf(read, wanted, event) : undefined) ??
  rowOf(event, event, { prices: [], lockEnd: null });

interface CellRow {
  currency: string;
  cell: number;
  available: number;
}

function histogramsOf(read: Statements, event: number): EventPage["histograms"] {
  const cells = read.all<CellRow>(
    `SELECT currency, cell, available FROM event_price_cells WHERE event = :event AND available > 0
     ORDER BY currency, cell`,
    { event },
  );
  return [...Map.groupBy(cells, ({ currency }) => currency)].map(([currency, of]) => ({
    currency,
    bands: bandsOf(of),
  }));
}

/** Rising cells, joined to bands of equally many from the first to the last, empty ones included. */
function bandsOf(cells: readonly CellRow[]): PriceBand[] {
  const first = Number(cells[0]?.cell);
  const span = Number(cells.at(-1)?.cell) - first + 1;
  const width = Math.ceil(span / MOST_BANDS);
  const bands = Array.from({ length: Math.ceil(span / width) }, (_, n) => ({
    from: firstPriceOf(first + n * width),
    below: firstPriceOf(first + (n + 1) * width),
    available: 0,
  }));
  for (const { cell, available } of cells) {
    const band = bands[Math.floor((cell - first) / width)];
    if (band) band.available += available;
  }
  return bands;
}

interface SectionRow {
  section: string;
  currency: string;
  available: number;
  cheapest: number;
}

function sectionsOf(read: Statements, event: number): Pick<EventPage, "sections" | "hasMoreSections"> {
  const rows = read.all<SectionRow>(
    `SELECT section, currency, available, cheapest FROM event_sections
     WHERE event = :event AND section IN (
       SELECT DISTINCT section FROM event_sections WHERE event = :event ORDER BY section LIMIT :most)
     ORDER BY section, currency`,
    { event, most: MOST_SECTIONS + 1 },
  );
  const sections = [...Map.groupBy(rows, ({ section }) => section)].map(
    ([section, of]): EventSection => ({
      section,
      available: of.reduce((sum, { available }) => sum + available, 0),
      cheapest: of.map(({ currency, cheapest }) => ({ currency, minorUnits: cheapest })),
    }),
  );
  return { sections: sections.slice(0, MOST_SECTIONS), hasMoreSections: sections.length > MOST_SECTIONS };
}
