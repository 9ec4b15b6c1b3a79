import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { FollowPosition } from "@ticketing/runtime/events/events";
import fc from "fast-check";
import type { ListingState } from "./listing-state.ts";
import { priceCell } from "./price-cells.ts";
import { openProjection, type Projection } from "./projection.ts";

const begin = Date.UTC(2030, 0, 1);
const minute = 60_000;
let folder: string;
let files = 0;
const newFile = () => path.join(folder, `${files++}.db`);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "projection-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const state = (draft: Partial<ListingState> = {}): ListingState => ({
  ...{ id: "t1", version: 1, sellerId: "s", sellerName: "Seller", title: "Jazz Night", category: 1 },
  ...{ eventTitle: "Jazz Night", venue: "Hall", city: "Oslo", start: begin + 60 * minute },
  seat: { section: "", row: "", number: "" },
  price: { minorUnits: 500, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil: null, created: begin, updated: begin },
  ...draft,
});

const bandOf = (price: number) =>
  [2_000, 5_000, 10_000, 20_000, 50_000].filter((bound) => bound <= price).length;

/** What the states of all events say, counted by plain code from the newest of each listing. */
function recount(states: readonly ListingState[], now: number) {
  const newest = new Map<string, ListingState>();
  for (const each of states) {
    if (each.version > (newest.get(each.id)?.version ?? 0)) newest.set(each.id, each);
  }
  const all = [...newest.values()];
  const forSale = all.filter((each) => each.storedStatus === TicketStatus.AVAILABLE && each.start > now);
  const isFree = ({ heldUntil }: ListingState) => heldUntil === null || heldUntil <= now;
  const eventOf = ({ eventTitle, city, start }: ListingState) => `${eventTitle}|${city}|${start}`;
  const textOf = (each: ListingState) => `${eventOf(each)}|${each.title}|${each.category}`;
  const pricesOf = (of: readonly ListingState[]) =>
    [...Map.groupBy(of.filter(isFree), ({ price }) => price.currency)].map(
      ([currency, priced]) =>
        `${currency} ${priced.length} from ${Math.min(...priced.map(({ price }) => price.minorUnits))}`,
    );
  const groupsOf = (nameOf: (each: ListingState) => string) =>
    [...Map.groupBy(forSale, nameOf)].map(([name, of]) => ({ name, of, free: of.filter(isFree) }));
  return {
    listings: all
      .map((each) => {
        const isForSale = forSale.includes(each);
        return `${each.id}:${each.version} ${isForSale} ${isForSale && !isFree(each)} ${textOf(each)}`;
      })
      .sort(),
    events: [...Map.groupBy(forSale, eventOf)]
      .map(([event, of]) => `${event} ${of.length} ${of.filter(isFree).length} ${pricesOf(of).sort()}`)
      .sort(),
    sections: groupsOf((each) => `${eventOf(each)} ${each.seat.section}`)
      .flatMap(({ name, free }) => pricesOf(free).map((priced) => `${name} ${priced}`))
      .sort(),
    cells: groupsOf((each) => `${eventOf(each)} ${each.price.currency} ${priceCell(each.price.minorUnits)}`)
      .map(({ name, of, free }) => `${name} ${of.length} ${free.length}`)
      .sort(),
    bands: groupsOf((each) => `${eventOf(each)} ${each.price.currency}`)
      .map(
        ({ name, of }) => `${name} ${[...new Set(of.map(({ price }) => bandOf(price.minorUnits)))].sort()}`,
      )
      .sort(),
    kinds: [
      ...Map.groupBy(
        [...new Map(forSale.map((each) => [textOf(each), each])).values()].flatMap((each) =>
          [0, each.category].flatMap((category) =>
            ["", each.city].map((city) => `${eventOf(each)} ${category} ${city}`),
          ),
        ),
        (kind) => kind,
      ),
    ]
      .map(([kind, of]) => `${kind} ${of.length}`)
      .sort(),
    cities: [...Map.groupBy(forSale, ({ city }) => city)]
      .map(([city, of]) => `${city} ${new Set(of.map(eventOf)).size}`)
      .sort(),
    texts: [...Map.groupBy(forSale, textOf)].map(([text, of]) => `${text} ${of.length}`).sort(),
  };
}

/** The same as the tables have it. */
function held({ db }: Projection) {
  const event = "e.title || '|' || e.city || '|' || e.start";
  const text = `${event} || '|' || t.title || '|' || t.category`;
  const column = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map((row) => String(row.text))
      .sort();
  const bool = (expression: string) => `iif(${expression}, 'true', 'false')`;
  return {
    listings: column(
      `SELECT l.id || ':' || l.version || ' ' || ${bool("l.for_sale")} || ' ' || ${bool("l.held")} || ' ' || ${text} AS text
       FROM listings l JOIN texts t ON t.key = l.text JOIN events e ON e.key = l.event AND e.key = t.event`,
    ),
    events: column(
      `SELECT ${event} || ' ' || listed || ' ' || available || ' ' || coalesce((
         SELECT group_concat(currency || ' ' || available || ' from ' || cheapest, ',' ORDER BY currency)
         FROM event_prices p WHERE p.event = e.key), '') AS text
       FROM events e WHERE listed > 0`,
    ),
    sections: column(
      `SELECT ${event} || ' ' || section || ' ' || currency || ' ' || s.available || ' from ' || cheapest AS text
       FROM event_sections s JOIN events e ON e.key = s.event`,
    ),
    cells: column(
      `SELECT ${event} || ' ' || currency || ' ' || cell || ' ' || c.listed || ' ' || c.available AS text
       FROM event_price_cells c JOIN events e ON e.key = c.event`,
    ),
    bands: column(
      `SELECT ${event} || ' ' || currency || ' ' || group_concat(n.value, ',' ORDER BY n.value) AS text
       FROM event_bands b JOIN events e ON e.key = b.event
       JOIN json_each('[0, 1, 2, 3, 4, 5]') n ON b.bands & (1 << n.value) GROUP BY e.key, currency`,
    ),
    kinds: column(
      `SELECT ${event} || ' ' || k.category || ' ' || coalesce(c.name, '') || ' ' || k.texts AS text
       FROM event_kinds k JOIN events e ON e.key = k.event LEFT JOIN cities c ON c.key = k.city
       WHERE k.start = e.start AND k.day = e.day`,
    ),
    cities: column("SELECT name || ' ' || listed AS text FROM cities WHERE listed > 0"),
    texts: column(
      `SELECT ${text} || ' ' || t.listed AS text FROM words w
       JOIN texts t ON t.key = w.rowid JOIN events e ON e.key = t.event`,
    ),
  };
}

/** What is held though nothing is for sale. */
const leftovers = ({ db }: Projection) =>
  db
    .prepare(
      `SELECT (SELECT count(*) FROM event_prices p JOIN events e ON e.key = p.event WHERE e.listed = 0) AS prices,
              (SELECT count(*) FROM texts WHERE listed > 0 AND key NOT IN (SELECT rowid FROM words)) AS texts,
              (SELECT count(*) FROM listings WHERE held = 1 AND for_sale = 0) AS held`,
    )
    .get();

const draft = fc
  .record({
    n: fc.integer({ min: 0, max: 12 }),
    version: fc.integer({ min: 1, max: 6 }),
    title: fc.constantFrom("Jazz Night", "Two seats", "Café"),
    eventTitle: fc.constantFrom("Jazz Night", "Opera"),
    city: fc.constantFrom("Oslo", "Zürich"),
    category: fc.integer({ min: 1, max: 2 }),
    starts: fc.integer({ min: 0, max: 3 }),
    minorUnits: fc.constantFrom(1, 2, 3, 4, 1_999, 2_000, 2_001, 70_000),
    currency: fc.constantFrom("EUR", "USD"),
    section: fc.constantFrom("", "A"),
    row: fc.constantFrom("", "A"),
    storedStatus: fc.constantFrom(TicketStatus.AVAILABLE, TicketStatus.AVAILABLE, TicketStatus.SOLD),
    lock: fc.option(fc.integer({ min: -1, max: 90 }), { freq: 2 }),
  })
  .map(({ n, starts, minorUnits, currency, section, row, lock, ...rest }) =>
    state({
      ...rest,
      id: `t${n}`,
      start: begin + starts * 30 * minute,
      price: { minorUnits, currency },
      seat: { section, row, number: "" },
      heldUntil: lock === null ? null : begin + lock * minute,
    }),
  );

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ states: fc.array(draft, { minLength: 1, maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ minutes: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.constant({ reopen: true }) },
);

describe("the projection", () => {
  it("holds what a full recount gives, whatever comes in whatever order, often and between crashes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const file = newFile();
        let now = begin;
        const clock = () => new Date(now);
        let projection = openProjection(file, { clock });
        // One state for each version of a listing, as its service publishes them.
        const published = new Map<string, ListingState>();
        const sent: ListingState[] = [];
        for (const each of steps) {
          if ("minutes" in each) now += each.minutes * minute;
          if ("states" in each) {
            const listings = each.states.map((made) => {
              const name = `${made.id}:${made.version}`;
              const first = published.get(name) ?? made;
              published.set(name, first);
              return first;
            });
            sent.push(...listings);
            projection.apply({ listings });
          }
          if ("reopen" in each) {
            projection.close();
            projection = openProjection(file, { clock });
          }
          while (projection.passTime());
          expect(held(projection)).toEqual(recount(sent, now));
          expect(leftovers(projection)).toEqual({ prices: 0, texts: 0, held: 0 });
        }
        projection.close();
      }),
      { numRuns: 150 },
    );
  });

  it("tells which listings changed, by an event or by time alone, and of no other", () => {
    let now = begin;
    const changed: string[][] = [];
    const clock = () => new Date(now);
    const projection = openProjection(newFile(), { clock, onChange: (ids) => changed.push([...ids]) });
    const locked = state({ id: "t2", heldUntil: begin + minute });
    projection.apply({ listings: [state({ version: 2 }), locked] });
    projection.apply({ listings: [state({ version: 1 }), locked] });
    now = begin + minute;
    projection.passTime();
    now = begin + 60 * minute;
    projection.passTime();
    expect(changed).toEqual([["t1", "t2"], ["t2"], ["t1", "t2"]]);
    projection.close();
  });

  it("forgets what came of a stream that was made anew, and nothing else", () => {
    const projection = openProjection(newFile(), { clock: () => new Date(begin) });
    const at = { created: "2030", sequence: 1, incomplete: false };
    const sellers = [{ id: "s", version: 1, displayName: "Name" }];
    projection.apply({ listings: [state()], position: { stream: "TICKETS", ...at } });
    projection.apply({ sellers, position: { stream: "USERS", ...at } });
    projection.reset("TICKETS");
    expect(projection.positionOf("TICKETS")).toBeUndefined();
    expect(projection.positionOf("USERS")).toEqual(at);
    expect(held(projection)).toEqual(recount([], begin));
    projection.apply({ listings: [state()] });
    expect(held(projection)).toEqual(recount([state()], begin));
    projection.close();
  });

  it("saves nothing that other changes have to come before", () => {
    const projection = openProjection(newFile(), { clock: () => new Date(begin) });
    const first = { created: "2030", sequence: 1, incomplete: false };
    const second = { ...first, sequence: 2 };
    const follow = (sequence: number, after: FollowPosition) =>
      projection.apply({
        listings: [state({ id: `t${sequence}` })],
        position: { stream: "TICKETS", ...first, sequence, after },
      });
    projection.apply({ position: { stream: "TICKETS", ...first } });
    expect(() => follow(3, second)).toThrow("TICKETS: what comes before event 3 is not saved");
    expect(held(projection)).toEqual(recount([], begin));
    expect(projection.positionOf("TICKETS")).toEqual(first);
    follow(2, first);
    follow(3, second);
    expect(() => follow(3, second)).toThrow("is not saved");
    expect(projection.positionOf("TICKETS")).toEqual({ ...first, sequence: 3 });
    projection.close();
  });

  it("keeps a seller's newest name", () => {
    const projection = openProjection(newFile(), { clock: () => new Date(begin) });
    projection.apply({ sellers: [{ id: "s", version: 2, displayName: "New" }] });
    projection.apply({ sellers: [{ id: "s", version: 1, displayName: "Old" }] });
    expect(projection.db.prepare("SELECT display_name FROM sellers").all()).toEqual([
      { display_name: "New" },
    ]);
    projection.close();
  });

  it("saves positions with what their events changed, or neither", () => {
    const file = newFile();
    const clock = () => new Date(begin);
    const projection = openProjection(file, { clock });
    const at = (sequence: number) => ({ created: "2030", sequence, incomplete: false });
    projection.apply({ listings: [state()], position: { stream: "TICKETS", ...at(1) } });
    // A state that no table can hold, in the middle of a batch.
    const broken = state({ id: "t3", price: { minorUnits: 0.5, currency: "EUR" } });
    expect(() =>
      projection.apply({
        listings: [state({ id: "t2" }), broken],
        position: { stream: "TICKETS", ...at(3) },
      }),
    ).toThrow();
    projection.close();
    const again = openProjection(file, { clock });
    expect(again.positionOf("TICKETS")).toEqual(at(1));
    expect(held(again)).toEqual(recount([state()], begin));
    again.close();
  });

  it("clears an event that begins a part at a time, and says that more are due", () => {
    let now = begin;
    const projection = openProjection(newFile(), { clock: () => new Date(now) });
    const listings = Array.from({ length: 500 }, (_, n) => state({ id: `t${n}`, heldUntil: begin + n }));
    projection.apply({ listings });
    expect(projection.passTime()).toBe(false);
    now += 60 * minute;
    expect(projection.passTime()).toBe(true);
    // A change amid it counts nothing twice.
    const sold = state({ id: "t499", version: 2, storedStatus: TicketStatus.SOLD });
    projection.apply({ listings: [sold] });
    while (projection.passTime());
    expect(held(projection)).toEqual(recount([...listings, sold], now));
    expect(leftovers(projection)).toEqual({ prices: 0, texts: 0, held: 0 });
    projection.close();
  });

  it("is made anew when it was written under another schema", () => {
    const file = newFile();
    const clock = () => new Date(begin);
    const former = openProjection(file, { clock });
    former.apply({
      listings: [state()],
      position: { stream: "TICKETS", created: "2030", sequence: 1, incomplete: false },
    });
    former.db.exec("PRAGMA user_version = 9999");
    former.close();
    const projection = openProjection(file, { clock });
    expect(projection.positionOf("TICKETS")).toBeUndefined();
    expect(held(projection).listings).toEqual([]);
    projection.close();
  });

  it("is made anew when the clock under which it was written was ahead", () => {
    const file = newFile();
    const ahead = openProjection(file, { clock: () => new Date(begin + 600 * minute) });
    ahead.apply({ listings: [state()] });
    ahead.close();
    const projection = openProjection(file, { clock: () => new Date(begin) });
    projection.apply({ listings: [state()] });
    expect(held(projection).events).toHaveLength(1);
    projection.close();
  });
});
