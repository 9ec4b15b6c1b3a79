import type { SQLOutputValue } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it, test } from "@jest/globals";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import type { EventState, VenueState } from "../projection/event-state.ts";
import { openProjection, type Projection } from "../projection/projection.ts";
import { createSuggestions, type Suggestions } from "./suggestions.ts";
import { FOUND, NOTHING } from "./testing/pairs.ts";
import { PROGRAMME } from "./testing/programme.ts";

const begin = Date.UTC(2030, 0, 1);
const DAY = 86_400_000;

const event = (draft: Partial<EventState> & { id: string }): EventState => ({
  ...{ version: 1, title: "Jazz Night", aliases: [], category: 1, venueId: "v", venue: "Hall", city: "Oslo" },
  ...{ country: "NO", timeZone: "Europe/Oslo", start: begin + DAY, end: begin + DAY + 1 },
  ...{ status: EventStatus.SCHEDULED, mergedInto: "", created: begin, updated: begin },
  ...draft,
});

const venues: VenueState[] = PROGRAMME.map(({ venue, events: _, ...rest }, n) => ({
  ...{ id: `v${n}`, version: 1, name: venue, sections: [], created: begin, updated: begin },
  ...rest,
}));
const programme: EventState[] = PROGRAMME.flatMap(({ events, ...venue }, n) =>
  events.map((titles, m) => {
    const [title = "", ...aliases] = typeof titles === "string" ? [titles] : titles;
    // In no order of its own.
    const start = begin + (1 + ((n * 37 + m * 101) % 300)) * DAY;
    return event({ id: `e${n}-${m}`, title, aliases, ...venue, venueId: `v${n}`, start, end: start + 1 });
  }),
);

const found = (suggestions: Suggestions, query: string, city = "", limit = 3) =>
  suggestions.suggest({ query, city, limit }).events.map(({ title, venue }) => `${title} at ${venue?.name}`);

describe("suggestions from a programme in many scripts", () => {
  let projection: Projection;
  let suggestions: Suggestions;
  beforeAll(() => {
    projection = openProjection(":memory:", { clock: () => new Date(begin) });
    projection.apply({ venues, events: programme });
    suggestions = createSuggestions(projection);
  });
  afterAll(() => projection.close());

  for (const [kind, pairs] of Object.entries(FOUND)) {
    test.each(pairs.map(([query, title, where = ""]) => [query, title, where]))(
      `${kind}: "%s" finds %s %s`,
      (query, title, where) => {
        const wanted = programme
          .filter((each) => each.title === title && (where === "" || each.venue === where))
          .map((each) => `${each.title} at ${each.venue}`);
        const first = found(suggestions, query);
        expect({ first, isFound: first.some((each) => wanted.includes(each)) }).toEqual({
          first,
          isFound: true,
        });
      },
    );
  }

  test.each(NOTHING)('nothing fits "%s"', (query) => {
    expect(found(suggestions, query)).toEqual([]);
  });

  it("are shown by 200 pairs of some hundred events", () => {
    expect(Object.values(FOUND).flat().length).toBeGreaterThanOrEqual(200);
    expect(programme.length).toBeGreaterThan(300);
  });
});

describe("suggestions", () => {
  function open(events: readonly EventState[], places: readonly VenueState[] = []) {
    const time = { now: begin };
    const projection = openProjection(":memory:", { clock: () => new Date(time.now) });
    projection.apply({ events, venues: places });
    return { time, projection, suggestions: createSuggestions(projection) };
  }
  const ids = (suggestions: Suggestions, query: string, city = "", limit = 8) =>
    suggestions.suggest({ query, city, limit }).events.map(({ id }) => id);

  it("are only of what is ahead, takes place and holds", () => {
    const { time, suggestions, projection } = open([
      event({ id: "ahead" }),
      event({ id: "begins", start: begin + 1 }),
      event({ id: "cancelled", status: EventStatus.CANCELLED }),
      event({ id: "merged", mergedInto: "ahead" }),
      event({ id: "moved", status: EventStatus.RESCHEDULED, start: begin + 2 * DAY }),
    ]);
    expect(ids(suggestions, "jazz")).toEqual(["begins", "ahead", "moved"]);
    time.now = begin + 1;
    expect(ids(suggestions, "jazz")).toEqual(["ahead", "moved"]);
    projection.apply({ events: [event({ id: "ahead", version: 2, status: EventStatus.CANCELLED })] });
    expect(ids(suggestions, "jazz")).toEqual(["moved"]);
    projection.close();
  });

  it("give what fits alike by start, and what fits better first", () => {
    const { suggestions, projection } = open([
      event({ id: "late", start: begin + 3 * DAY }),
      event({ id: "soon", start: begin + 2 * DAY }),
      event({ id: "whole", title: "Jazz", start: begin + 9 * DAY }),
      event({ id: "mistyped", title: "Jazs Night", start: begin + DAY }),
    ]);
    expect(ids(suggestions, "jazz")).toEqual(["whole", "soon", "late", "mistyped"]);
    expect(ids(suggestions, "jazz", "", 2)).toEqual(["whole", "soon"]);
    projection.close();
  });

  it("are of one city where one is given, in any spelling", () => {
    const { suggestions, projection } = open([
      event({ id: "there", city: "Zürich" }),
      event({ id: "elsewhere", city: "Zürich West" }),
    ]);
    expect(ids(suggestions, "jazz", "ZUERICH")).toEqual(["there"]);
    expect(ids(suggestions, "jazz", "Oslo")).toEqual([]);
    projection.close();
  });

  it("find an event by each of its titles, and by its new one alone after a change", () => {
    const { suggestions, projection } = open([event({ id: "one", aliases: ["Swing Evening"] })]);
    expect([ids(suggestions, "swing"), ids(suggestions, "jazz")]).toEqual([["one"], ["one"]]);
    projection.apply({ events: [event({ id: "one", version: 2, title: "Opera Gala" })] });
    expect([ids(suggestions, "swing"), ids(suggestions, "jazz"), ids(suggestions, "opera")]).toEqual([
      ...[[], [], ["one"]],
    ]);
    projection.close();
  });

  it("find a title that is typed as a whole among very many that begin so, however late it is", () => {
    const others = Array.from({ length: 500 }, (_, n) => event({ id: `e${n}`, title: `Jazz Night ${n}` }));
    const { suggestions, projection } = open([
      ...others,
      event({ id: "it", title: "Jazz", start: begin + 99 * DAY }),
    ]);
    expect(ids(suggestions, "jazz", "", 3)[0]).toBe("it");
    expect(ids(suggestions, "jazz night 4", "", 3)[0]).toBe("e4");
    projection.close();
  });

  it("read few rows, however many fit", () => {
    const many = Array.from({ length: 3_000 }, (_, n) => event({ id: `e${n}`, title: `Jazz Night ${n}` }));
    const { projection } = open(many);
    const { db } = projection;
    const prepare = db.prepare.bind(db);
    let rows = 0;
    db.prepare = (sql) => {
      const statement = prepare(sql);
      const all = statement.all.bind(statement) as (...values: unknown[]) => Record<string, SQLOutputValue>[];
      statement.all = (...values: unknown[]) => {
        const found = all(...values);
        rows += found.length;
        return found;
      };
      return statement;
    };
    const counted = createSuggestions(projection);
    const cost = (query: string) => {
      rows = 0;
      counted.suggest({ query, city: "", limit: 20 });
      return rows;
    };
    expect(cost("jazz night 17")).toBeGreaterThan(20);
    for (const query of [
      "j",
      "jazz",
      "jazz night",
      "jaz nihgt oslp",
      "the hall jazz night in oslo tonight with others",
    ])
      expect(cost(query)).toBeLessThan(1_000);
    projection.close();
  });

  it("give all that an event's and a venue's contract promises", () => {
    const state = event({ id: "one", aliases: ["Swing"], venue: "The O2", city: "London", version: 7 });
    const place = { name: "The O2", city: "London", country: "GB", timeZone: "Europe/London" };
    const venue = { id: "v", version: 3, ...place, sections: ["A", "B"], created: begin, updated: begin + 1 };
    const { suggestions, projection } = open([state], [venue]);
    const at = (ms: number) => ({ seconds: BigInt(ms / 1000), nanos: 0 });
    expect(suggestions.suggest({ query: "o2 arena", city: "", limit: 8 })).toMatchObject({
      events: [
        {
          ...{
            id: "one",
            title: "Jazz Night",
            category: 1,
            aliases: ["Swing"],
            timeZone: "Europe/Oslo",
            version: 7n,
          },
          venue: { id: "v", name: "The O2", city: "London", country: "NO" },
          ...{ startTime: at(begin + DAY), status: EventStatus.SCHEDULED, createTime: at(begin) },
        },
      ],
      venues: [{ id: "v", ...place, sections: ["A", "B"], version: 3n, createTime: at(begin) }],
    });
    projection.close();
  });

  it("are of venues by their names, not by their city alone, whether anything is to take place there", () => {
    const hall = { country: "GB", timeZone: "Europe/London", sections: [], created: begin, updated: begin };
    const { suggestions, projection } = open(
      [],
      [
        { id: "o2", version: 1, name: "The O2", city: "London", ...hall },
        { id: "opera", version: 1, name: "Royal Opera House", city: "London", ...hall },
      ],
    );
    const of = (query: string) =>
      suggestions.suggest({ query, city: "", limit: 8 }).venues.map(({ id }) => id);
    expect([of("o2 arena"), of("o2 london"), of("opera"), of("london"), of("coldplay at the o2")]).toEqual([
      ...[["o2"], ["o2"], ["opera"], [], ["o2"]],
    ]);
    projection.apply({
      venues: [{ id: "o2", version: 2, name: "Millennium Dome", city: "London", ...hall }],
    });
    expect([of("o2"), of("milenium")]).toEqual([[], ["o2"]]);
    projection.close();
  });
});
