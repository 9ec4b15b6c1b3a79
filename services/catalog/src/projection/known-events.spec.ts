import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import fc from "fast-check";
import { checkFile } from "../snapshots/snapshot-file.ts";
import type { EventState, VenueState } from "./event-state.ts";
import { openProjection, type Projection } from "./projection.ts";
import { vocabularyOf } from "./suggested.ts";
import { formsOf } from "./word-forms.ts";

const begin = Date.UTC(2030, 0, 1);
const minute = 60_000;
let folder: string;
let files = 0;
const newFile = () => path.join(folder, `${files++}.db`);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "known-events-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const event = (draft: Partial<EventState> = {}): EventState => ({
  ...{ id: "e1", version: 1, title: "Jazz Night", aliases: [], category: 1, venueId: "v1", venue: "Hall" },
  ...{
    city: "Oslo",
    country: "NO",
    timeZone: "Europe/Oslo",
    start: begin + 60 * minute,
    end: begin + 90 * minute,
  },
  ...{ status: EventStatus.SCHEDULED, mergedInto: "", created: begin, updated: begin },
  ...draft,
});
const venue = (draft: Partial<VenueState> = {}): VenueState => ({
  ...{
    id: "v1",
    version: 1,
    name: "Hall",
    city: "Oslo",
    country: "NO",
    timeZone: "Europe/Oslo",
    sections: ["A"],
  },
  ...{ created: begin, updated: begin },
  ...draft,
});

function newestOf<T extends { id: string; version: number }>(states: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const each of states) {
    if (each.version > (newest.get(each.id)?.version ?? 0)) newest.set(each.id, each);
  }
  return [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What the states of all events of the stream say, counted by plain code from the newest of each. */
function recount(sent: { events: readonly EventState[]; venues: readonly VenueState[] }, now: number) {
  const [events, venues] = [newestOf(sent.events), newestOf(sent.venues)];
  const ahead = events.filter(
    ({ status, mergedInto, start }) => status !== EventStatus.CANCELLED && mergedInto === "" && start > now,
  );
  const vocabulary = Map.groupBy(
    [
      ...ahead.flatMap(({ title, aliases, venue, city }) =>
        vocabularyOf({ titles: [title, ...aliases], venue, city }),
      ),
      ...venues.flatMap(({ name, city }) => vocabularyOf({ titles: [name], venue: "", city })),
    ],
    (word) => word,
  );
  return {
    events,
    venues,
    suggested: [...ahead, ...venues].map(({ id }) => id).sort(),
    vocabulary: [...vocabulary].map(([word, of]) => `${word} ${of.length}`).sort(),
    forms: [...vocabulary.keys()].flatMap((word) => formsOf(word).map((form) => `${form} of ${word}`)).sort(),
  };
}

/** The same as the tables have it. */
function held({ db }: Projection): Record<keyof ReturnType<typeof recount>, unknown[]> {
  const rows = (sql: string) => db.prepare(sql).all();
  const texts = (sql: string) =>
    rows(sql)
      .map(({ text }) => String(text))
      .sort();
  return {
    events: rows("SELECT * FROM known_events ORDER BY id").map(
      ({ key, place, aliases, venue_id, time_zone, ends, merged_into, ...rest }) => ({
        ...rest,
        ...{
          aliases: JSON.parse(String(aliases)),
          venueId: venue_id,
          timeZone: time_zone,
          end: ends,
          mergedInto: merged_into,
        },
      }),
    ),
    venues: rows("SELECT * FROM known_venues ORDER BY id").map(({ key, time_zone, sections, ...rest }) => ({
      ...rest,
      ...{ timeZone: time_zone, sections: JSON.parse(String(sections)) },
    })),
    suggested: texts(
      `SELECT coalesce(e.id, v.id) AS text FROM names n LEFT JOIN known_events e ON e.place = n.rowid
       LEFT JOIN known_venues v ON v.key = n.rowid`,
    ),
    vocabulary: texts("SELECT word || ' ' || suggested AS text FROM vocabulary"),
    forms: texts(
      "SELECT f.form || ' of ' || v.word AS text FROM word_forms f JOIN vocabulary v ON v.key = f.word",
    ),
  };
}

const eventDraft = fc
  .record({
    n: fc.integer({ min: 0, max: 8 }),
    version: fc.integer({ min: 1, max: 5 }),
    title: fc.constantFrom("Jazz Night", "Jazz Festival", "東京マラソン", "Café"),
    aliases: fc.constantFrom<string[]>([], [], ["Jazz"], ["Swing Night", "Evening"]),
    venue: fc.constantFrom("Hall", "Great Hall"),
    city: fc.constantFrom("Oslo", "Zürich"),
    starts: fc.integer({ min: 0, max: 120 }),
    status: fc.constantFrom(EventStatus.SCHEDULED, EventStatus.SCHEDULED, EventStatus.CANCELLED),
    mergedInto: fc.constantFrom("", "", "", "e0"),
  })
  .map(({ n, starts, ...rest }) => event({ id: `e${n}`, start: begin + starts * minute + 1, ...rest }));
const venueDraft = fc
  .record({
    n: fc.integer({ min: 0, max: 3 }),
    version: fc.integer({ min: 1, max: 3 }),
    name: fc.constantFrom("Hall", "Great Hall", "The O2"),
  })
  .map(({ n, ...rest }) => venue({ id: `v${n}`, ...rest }));
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ events: fc.array(eventDraft, { maxLength: 8 }) }) },
  { weight: 1, arbitrary: fc.record({ venues: fc.array(venueDraft, { maxLength: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ minutes: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.constant({ reopen: true }) },
);

describe("what the projection knows of events", () => {
  it("is what a full recount gives, whatever comes in whatever order, often and between crashes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const file = newFile();
        let now = begin;
        const clock = () => new Date(now);
        let projection = openProjection(file, { clock });
        // One state for each version, as its service publishes them.
        const published = new Map<string, EventState | VenueState>();
        const onceMade = <T extends EventState | VenueState>(made: T): T => {
          const name = `${made.id}:${made.version}`;
          const first = (published.get(name) as T | undefined) ?? made;
          published.set(name, first);
          return first;
        };
        const sent = { events: [] as EventState[], venues: [] as VenueState[] };
        for (const each of steps) {
          if ("minutes" in each) now += each.minutes * minute;
          if ("reopen" in each) {
            projection.close();
            projection = openProjection(file, { clock });
          }
          const events = "events" in each ? each.events.map(onceMade) : [];
          const venues = "venues" in each ? each.venues.map(onceMade) : [];
          sent.events.push(...events);
          sent.venues.push(...venues);
          projection.apply({ events, venues });
          while (projection.passTime());
          expect(held(projection)).toEqual(recount(sent, now));
          checkFile(projection.db);
        }
        projection.close();
      }),
      { numRuns: 60 },
    );
  });

  it("is forgotten with its stream alone", () => {
    const projection = openProjection(newFile(), { clock: () => new Date(begin) });
    const at = { created: "2030", sequence: 1, incomplete: false };
    projection.apply({
      sellers: [{ id: "s", version: 1, displayName: "Name" }],
      position: { stream: "USERS", ...at },
    });
    projection.apply({ events: [event()], venues: [venue()], position: { stream: "EVENTS", ...at } });
    expect(projection.positionOf("EVENTS")).toEqual(at);
    projection.reset("EVENTS");
    expect(projection.positionOf("EVENTS")).toBeUndefined();
    expect(projection.positionOf("USERS")).toEqual(at);
    expect(held(projection)).toEqual(recount({ events: [], venues: [] }, begin));
    projection.apply({ events: [event()], venues: [venue()] });
    expect(held(projection)).toEqual(recount({ events: [event()], venues: [venue()] }, begin));
    projection.close();
  });

  it("is saved with the position, or neither", () => {
    const projection = openProjection(newFile(), { clock: () => new Date(begin) });
    const position = { stream: "EVENTS", created: "2030", sequence: 2, incomplete: false };
    // A state that no table can hold, behind another.
    const broken = event({ id: "e2", start: begin + 0.5 });
    expect(() => projection.apply({ events: [event(), broken], position })).toThrow();
    expect(projection.positionOf("EVENTS")).toBeUndefined();
    expect(held(projection)).toEqual(recount({ events: [], venues: [] }, begin));
    projection.close();
  });

  it("ends a few suggestions at a time when many events begin at once", () => {
    let now = begin;
    const projection = openProjection(newFile(), { clock: () => new Date(now) });
    const events = Array.from({ length: 35 }, (_, n) => event({ id: `e${n}` }));
    projection.apply({ events });
    now = begin + 60 * minute;
    let calls = 1;
    while (projection.passTime()) calls++;
    expect(calls).toBe(4);
    expect(held(projection)).toEqual(recount({ events, venues: [] }, now));
    projection.close();
  });
});
