import { isolate } from "../format/isolate.ts";
import type { SpanName } from "./days.ts";
import type { SortName } from "./search.ts";

const plural = new Intl.PluralRules("en");
const count = (value: number, one: string, other: string) =>
  `${new Intl.NumberFormat().format(value)} ${plural.select(value) === "one" ? one : other}`;

/** The labels of the sort orders. */
export const sortLabels: Readonly<Record<SortName, string>> = {
  soonest: "Soonest first",
  cheapest: "Cheapest first",
  dearest: "Dearest first",
  newest: "Newest first",
};

/** The words of browsing. */
export const browseTexts = {
  title: "Find your seat",
  lead: "Tickets for concerts, matches and plays, from people who cannot go.",
  promises: [
    "We hold the ticket while you pay",
    "You pay only when it is yours",
    "You pay the price that you saw",
  ],
  search: "Search",
  searchHint: "Artist, team, venue or city",
  kinds: "Kind of event",
  all: "All",
  filters: "Filters",
  filtersOn: (active: number) => `Filters (${active})`,
  city: "City",
  anywhere: "Anywhere",
  when: "When",
  anyDay: "Any day",
  spans: { today: "Today", weekend: "This weekend", nextMonth: "Next month" } satisfies Record<
    SpanName,
    string
  >,
  cities: "Cities",
  priceBands: "Prices",
  priceBand: (min: string | false, max: string | false) => {
    if (min && max) return `${min} to ${max}`;
    return max ? `Up to ${max}` : `From ${min || "any price"}`;
  },
  moreFacets: (others: number) => `Show ${others} more`,
  from: "From",
  to: "Until",
  min: "Lowest price",
  max: "Highest price",
  currency: "Currency",
  anyCurrency: "Any",
  onlyInstant: "Instant tickets only",
  clear: "Clear filters",
  view: "Show",
  events: "Events",
  tickets: "Tickets",
  sort: "Sort by",
  startingAt: "from",
  available: (value: number) => count(value, "ticket", "tickets"),
  allHeld: "Buyers hold all of them",
  freeFrom: (at: string) => `The first may be free at ${at}.`,
  prices: "Prices",
  band: (from: string, to: string, tickets: number) =>
    `${from === to ? from : `${from} to ${to}`}: ${count(tickets, "ticket", "tickets")}`,
  everyPrice: "Show every price",
  sections: "Sections",
  noSection: "Without a section",
  allSections: (sections: number) => `Show all ${sections} sections`,
  moreSections: "There are more sections: see the tickets.",
  emptyTitle: "Nothing found",
  emptyText: "No tickets match your search.",
  clearWords: "Clear the search words",
  didYouMean: "Did you mean one of these?",
  found: (shown: number, more: boolean, what: "events" | "tickets") => {
    const words = what === "events" ? count(shown, "event", "events") : count(shown, "ticket", "tickets");
    return more ? `${words} so far` : words;
  },
  noSuchEventTitle: "Event not found",
  noSuchEventText: "There is no event at this address, or it was long ago.",
  noTicketsTitle: "No tickets for this event",
  noTicketsText: "Nobody sells one at the moment. New ones appear here by themselves.",
  toAllEvents: "See all events",
  back: "All events",
  seatTickets: "Tickets",
  soldBy: (name: string) => `Sold by ${isolate(name)}`,
};
