import { dayIn } from "./event-search.ts";
import type { Statements } from "./statements.ts";
import { offersIndex, type Wanted } from "./wanted.ts";

/** How many rows may still be looked at. A listing counts twice: those of an event lie apart from each other. */
export interface Allowance {
  rows: number;
}

/** An event that may be wanted. */
export interface Candidate {
  key: number;
  /** The keys of its wanted texts, where the wanted texts are few; else empty. */
  texts: readonly number[];
}

export interface FoundEvent extends Candidate {
  /** Whether everything that is for sale for it is known to have a wanted text. */
  isWhole: boolean;
}

/** The wanted events among some; `isCertain` is false when others of them may be wanted, too. */
export interface Look {
  events: FoundEvent[];
  isCertain: boolean;
}

/** Finds out which of some events have a wanted listing. It looks at the first texts and listings of each alone. */
export function wantedAmong(
  read: Statements,
  wanted: Wanted,
  { candidates, allowance }: { candidates: readonly Candidate[]; allowance: Allowance },
): Look {
  const each = rowsOfEach(wanted, candidates.length, allowance);
  const { events, isCertain } = wantedByTexts(read, wanted, { candidates, each, allowance });
  if (!wanted.ofListings) return { events, isCertain };
  const isDecided = ({ isWhole }: FoundEvent) => isWhole && wanted.offers.isExact;
  const hasTexts = ({ isWhole }: FoundEvent) => wanted.fewTexts && !isWhole;
  const open = events.filter((event) => !isDecided(event));
  const looks = [
    { first: FIRST_OF_TEXTS, events: open.filter(hasTexts) },
    { first: firstOfPrice(wanted), events: open.filter((event) => !hasTexts(event)) },
  ].map((look) => wantedByListings(read, wanted, { ...look, each, allowance }));
  return {
    events: [...events.filter(isDecided), ...looks.flatMap((look) => look.events)],
    isCertain: isCertain && looks.every((look) => look.isCertain),
  };
}

/** So few rows of an event are always looked at: most have no more texts. */
const FEWEST_ROWS = 5;

/** So many rows of each of some events may be looked at. */
const rowsOfEach = ({ effort }: Wanted, events: number, { rows }: Allowance): number =>
  Math.min(effort.facets.ofEvent, Math.max(FEWEST_ROWS, Math.floor(rows / events)));

/** The texts `t` of an event that are looked at: the wanted ones where they are known, else the first. Both are SQL. */
export const textsOf = ({ fewTexts }: Wanted, { key, texts }: { key: string; texts: string }): string =>
  fewTexts
    ? `FROM json_each(${texts}) y CROSS JOIN texts t ON t.key = y.value`
    : `FROM texts t WHERE t.event = ${key} LIMIT :each`;

/** Candidates as SQL reads them, and their keys and texts there. */
const listOf = ({ fewTexts }: Wanted, candidates: readonly Candidate[]): string =>
  JSON.stringify(candidates.map(({ key, texts }) => (fewTexts ? [key, texts] : key)));
const keyIn = ({ fewTexts }: Wanted): string => (fewTexts ? "(k.value ->> 0)" : "k.value");
const TEXTS_IN = "k.value, '$[1]'";

interface TextsRow {
  /** Which of the candidates. */
  n: number;
  listed: number;
  /** How many of its texts were looked at. */
  texts: number;
  /** How many listings for sale have a wanted text among these. */
  wanted: number;
}

/** The events with a wanted text, and perhaps a wanted offer. */
function wantedByTexts(
  read: Statements,
  wanted: Wanted,
  look: { candidates: readonly Candidate[]; each: number; allowance: Allowance },
): Look {
  const { candidates, each, allowance } = look;
  const first = textsOf(wanted, { key: "e.key", texts: TEXTS_IN });
  const ofTexts = wanted.text
    ? `(SELECT count(*) FROM (SELECT 1 ${first})) AS texts, (SELECT sum(x.listed)
         FROM (SELECT t.listed, t.tokens ${first}) x WHERE x.listed > 0 AND ${wanted.textRow}) AS wanted`
    : "0 AS texts, e.listed AS wanted";
  const rows = read.all<TextsRow>(
    `SELECT k.key AS n, e.listed, ${ofTexts}
     FROM json_each(:candidates) k CROSS JOIN events e ON e.key = ${keyIn(wanted)}
     WHERE e.listed > 0 AND e.start >= :starts_from AND e.start < :starts_to AND ${dayIn(wanted)}
       AND ${wanted.offers.condition}`,
    {
      ...{ ...wanted.values, candidates: listOf(wanted, candidates), each },
      ...{ starts_from: wanted.starts.from, starts_to: wanted.starts.to },
    },
  );
  allowance.rows -= candidates.length + rows.reduce((sum, { texts }) => sum + texts, 0);
  return {
    events: rows.flatMap((row) => {
      const candidate = candidates[row.n];
      return candidate && row.wanted > 0 ? [{ ...candidate, isWhole: row.wanted === row.listed }] : [];
    }),
    isCertain: wanted.fewTexts || rows.every((row) => row.wanted > 0 || row.texts < each),
  };
}

/** The first listings of an event with its wanted texts. */
const FIRST_OF_TEXTS = `FROM json_each(${TEXTS_IN}) y
  CROSS JOIN listings l INDEXED BY listings_of_text ON l.text = y.value
  WHERE l.for_sale = 1 LIMIT :each`;

/** The first listings of an event at wanted prices. */
function firstOfPrice(wanted: Wanted): string {
  const { currency, values } = wanted;
  const { index, within } = offersIndex(wanted);
  const range = "price_from" in values ? "AND l.price >= :price_from AND l.price < :price_to" : "";
  return `FROM listings l INDEXED BY ${index}
    WHERE l.event = ${keyIn(wanted)} AND ${within}
      ${currency === "" ? "" : `AND l.currency = :currency ${range}`} LIMIT :each`;
}

interface ListingsRow {
  is_found: number;
  /** How many listings were looked at, at most. */
  looked: number;
}

/** The events with a wanted listing among their first ones. */
function wantedByListings(
  read: Statements,
  wanted: Wanted,
  look: { events: FoundEvent[]; first: string; each: number; allowance: Allowance },
): Look {
  const { events, first, each, allowance } = look;
  if (events.length === 0) return { events, isCertain: true };
  const found = read.all<ListingsRow>(
    `SELECT (SELECT count(*) FROM (SELECT 1 ${first})) AS looked,
       EXISTS (SELECT 1 FROM (SELECT l.* ${first}) l CROSS JOIN texts x ON x.key = l.text
         WHERE ${wanted.listing} AND ${wanted.textRow}) AS is_found
     FROM json_each(:candidates) k`,
    { ...wanted.values, candidates: listOf(wanted, events), each },
  );
  allowance.rows -= 2 * found.reduce((sum, { looked }) => sum + looked, 0);
  return {
    events: events.filter((_, n) => found[n]?.is_found === 1),
    isCertain: found.every(({ is_found, looked }) => is_found === 1 || looked < each),
  };
}
