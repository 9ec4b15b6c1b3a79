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
