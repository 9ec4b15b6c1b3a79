import { existsSync } from "node:fs";
import type { EventState, VenueState } from "@ticketing/catalog/projection/event-state";
import { openProjection } from "@ticketing/catalog/projection/projection";
import { createSuggestions } from "@ticketing/catalog/suggestions/suggestions";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import { Category } from "@ticketing/proto/tickets/v1/ticket";

/**
 * Prints the CPU milliseconds of suggestions from a projection of so many made-up events, for queries of each kind, alone
 * in this process: `node --conditions=@ticketing/source tests/bench/suggest-sizes.ts 50000 <file>`. The file is filled
 * when it is not there.
 */
const [, , count = "50000", file = `suggest-${count}.db`] = process.argv;
const begin = Date.UTC(2030, 0, 1);
const DAY_MS = 86_400_000;
const TOGETHER = 100;
const WORDS = 25_000;

/** The same for each number, and without a pattern. */
function scatter(n: number): number {
  let x = Math.imul(n + 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const syllables = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu an en in or ul".split(" ");
const wordOf = (n: number) =>
  Array.from({ length: 2 + (n % 3) }, (_, at) => syllables[scatter(n * 7 + at) % syllables.length]).join("");
/** A few of the words are common, and most are rare. */
const someWord = (n: number) => wordOf(Math.floor((scatter(n) / 2 ** 32) ** 3 * WORDS));
const one = (texts: readonly string[], n: number) => String(texts[scatter(n) % texts.length]);
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const cities = [
  "London",
  "New York",
  "Paris",
  ...Array.from({ length: 300 }, (_, n) => capital(wordOf(n + 99))),
];
const kinds = ["Arena", "Hall", "Theatre", "Club", "Stadium"];
const additions = ["Live", "Jazz", "Festival", "Orchestra", "Night", "", "", "", "", ""];

const venueOf = (n: number): VenueState => ({
  ...{ id: `v${n}`, version: 1, name: `${capital(someWord(n))} ${one(kinds, n)}`, sections: [] },
  ...{ city: one(cities, n), country: "GB", timeZone: "Europe/London", created: begin, updated: begin },
});

function eventOf(n: number): EventState {
  const { id: venueId, name: venue, city, country, timeZone } = venueOf(Math.floor(n / 10));
  const words = [
    n % 5 === 0 ? "The" : "",
    capital(someWord(n * 3)),
    someWord(n * 3 + 1),
    one(additions, n * 3 + 2),
  ];
  const start = begin + DAY_MS + (scatter(n) % 300) * DAY_MS;
  return {
    ...{ id: `e${n}`, version: 1, title: words.filter(Boolean).join(" "), aliases: [], mergedInto: "" },
    ...{ category: Category.CONCERT, venueId, venue, city, country, timeZone, start, end: start + 1 },
    ...{ status: EventStatus.SCHEDULED, created: begin, updated: begin },
  };
}

const isNew = !existsSync(file);
const projection = openProjection(file, { clock: () => new Date(begin) });
if (isNew) {
  for (let from = 0; from < Number(count); from += TOGETHER) {
    const numbers = Array.from({ length: TOGETHER }, (_, n) => from + n);
    const venues = numbers.filter((n) => n % 10 === 0).map((n) => venueOf(n / 10));
    projection.apply({ venues, events: numbers.map(eventOf) });
  }
}
const { suggest } = createSuggestions(projection);

const swapped = (text: string) => text.replace(/(.{3})(.)(.)/, "$1$3$2");
const sample = Array.from({ length: 50 }, (_, n) => eventOf(n * Math.floor(Number(count) / 50)));
const kindsOfQuery: Record<string, (event: EventState) => string> = {
  "one letter": ({ title }) => title.slice(0, 1),
  "three letters": ({ title }) => title.slice(0, 3),
  "half a title": ({ title }) => title.slice(0, title.length / 2),
  title: ({ title }) => title,
  "title, venue, city": ({ title, venue, city }) => `${title} ${venue} ${city}`,
  "a mistake": ({ title }) => swapped(title),
  "a mistake, and a city": ({ title, city }) => `${swapped(title)} ${city}`,
  "nothing that fits": (event) => `${wordOf(event.start)}qx ${wordOf(event.start + 1)}qz ${event.city}`,
  "eight common words": () => "festival night jazz orchestra live london paris york",
};

/** CPU milliseconds of a call: the least of some, without what the machine does besides. */
function cost(query: string): number {
  const costs = Array.from({ length: 4 }, () => {
    const before = process.cpuUsage();
    suggest({ query, city: "", limit: 8 });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...costs);
}

const line = (name: string, cells: readonly string[]) =>
  process.stdout.write(`${name.padEnd(24)}${cells.map((cell) => cell.padStart(10)).join("")}\n`);
line(`${count} events`, ["p50", "most"]);
for (const [name, queryOf] of Object.entries(kindsOfQuery)) {
  const costs = sample.map((event) => cost(queryOf(event).slice(0, 100))).sort((a, b) => a - b);
  line(
    name,
    [costs[costs.length >> 1], costs.at(-1)].map((each) => (each ?? 0).toFixed(2)),
  );
}
projection.close();
