import { EventStatus } from "@ticketing/proto/events/v1/event";
import type { EventPage, EventSection, PriceBand } from "../event-query.ts";
import { firstPriceOf } from "../projection/price-cells.ts";
import { EVENT_COLUMNS, type EventKey, ofEvent } from "./event-row.ts";
import { type EventTexts, rowOf, wholeSummaries } from "./event-summary.ts";
import type { Statements } from "./statements.ts";

/** A histogram has at most so many bands. */
const MOST_BANDS = 12;
const MOST_SECTIONS = 100;

type Described = EventKey & EventTexts;

/** The event of that id, or the one that it was merged into, with what is for sale for it; undefined when it is not known. */
export function eventPageOf(read: Statements, id: string): EventPage | undefined {
  const listed = read.get<Described>(`${DESCRIBED} WHERE ${ofEvent("e")} AND e.listed > 0 ${NEWEST}`, { id });
  const row = listed && wholeSummaries(read, [listed])[0];
  if (row) return { row, histograms: histogramsOf(read, listed.key), ...sectionsOf(read, listed.key) };
  const event =
    knownEventOf(read, id) ?? read.get<Described>(`${DESCRIBED} WHERE ${ofEvent("e")} ${NEWEST}`, { id });
  const nothing = event && rowOf({ ...event, available: 0 }, event, { prices: [], lockEnd: null });
  return nothing && { row: nothing, histograms: [], sections: [], hasMoreSections: false };
}

const DESCRIBED = `SELECT ${EVENT_COLUMNS}, e.title AS event_title, e.venue, e.city, e.category FROM events e`;
const NEWEST = "ORDER BY e.id = :id DESC, e.start DESC LIMIT 1";

/** What the service events says of it, for which no ticket may ever have been listed. */
const knownEventOf = (read: Statements, id: string): Described | undefined =>
  read.get<Described>(
    `SELECT coalesce(e.key, 0) AS key, k.id, k.start, 0 AS listed, 0 AS available, k.time_zone,
       k.status = :cancelled AS cancelled, e.former_start, k.title AS event_title, k.venue, k.city, k.category
     FROM known_events k LEFT JOIN events e ON e.id = k.id AND e.start = k.start
     WHERE ${ofEvent("k")} ORDER BY k.id = :id LIMIT 1`,
    { id, cancelled: EventStatus.CANCELLED },
  );

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
