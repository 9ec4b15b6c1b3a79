import type { ListingState } from "@ticketing/catalog/projection/listing-state";
import type { Projection } from "@ticketing/catalog/projection/projection";
import { Category, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";

/** So many listings an event has. */
const LISTINGS_OF_EVENT = 20;
const DAY_MS = 86_400_000;
const TOGETHER = 500;

const acts = ["Lantern", "Harbour", "Velvet", "Copper", "Northern", "Paper", "Silver", "Midnight", "Wild"];
const nouns = [
  "Choir",
  "Foxes",
  "Quartet",
  "Parade",
  "Engine",
  "Rivers",
  "Ballet",
  "United",
  "Rangers",
  "Comedy",
];
const cities = [
  "London",
  "New York",
  "Oslo",
  "Zürich",
  "東京",
  "São Paulo",
  "Paris",
  "Berlin",
  "København",
  "Lagos",
];
const currencies = ["EUR", "USD", "EUR", "GBP", "EUR"];

/** A word of three events, one of a hundredth of them, and one of two thirds of them. */
export const WORDS = { rare: "zanzibar", hundredth: "tango", commonest: "live" } as const;

/**
 * The state of the nth of `count` listings, made up and always the same: of events on the next 300 days, each tenth held
 * for a quarter of an hour.
 */
export function listingOf(n: number, count: number, now: number): ListingState {
  const events = Math.ceil(count / LISTINGS_OF_EVENT);
  const event = n % events;
  const random = scatter(event);
  const of = (texts: readonly string[], at: number) => String(texts[(random >>> at) % texts.length]);
  const title = [
    of(acts, 0),
    of(nouns, 4),
    ...(event % 3 === 0 ? [] : ["Live"]),
    ...(event % 100 === 7 ? ["Tango"] : []),
    ...(event < 3 ? ["Zanzibar"] : []),
    `${event}`,
  ].join(" ");
  const own = scatter(n + 1_000_003);
  return {
    id: `${own.toString(16).padStart(8, "0")}-0000-4000-8000-${n.toString(16).padStart(12, "0")}`,
    version: 1,
    sellerId: `00000000-0000-4000-8000-${(own % 5_000).toString(16).padStart(12, "0")}`,
    sellerName: `Seller ${own % 5_000}`,
    title: own % 10 === 0 ? `${title}, side by side` : title,
    category: 1 + (random % (Object.keys(Category).length / 2 - 1)),
    eventTitle: title,
    venue: `${of(acts, 9)} Hall ${random % 500}`,
    city: of(cities, 13),
    start: now + 3_600_000 + (random % (300 * 24)) * (DAY_MS / 24),
    seat: { section: "ABCDEFGH"[own % 8] ?? "", row: `${own % 40}`, number: `${own % 60}` },
    price: { minorUnits: 1_000 + (own % 20_000), currency: String(currencies[own % currencies.length]) },
    storedStatus: TicketStatus.AVAILABLE,
    instant: false,
    heldUntil: own % 10 === 1 ? now + 900_000 : null,
    created: now - (own % 90) * DAY_MS - (n % DAY_MS),
    updated: now,
  };
}

/** Fills a projection with made-up listings. */
export function fillProjection(projection: Projection, count: number): void {
  const now = projection.now();
  // A file that a crash spoils is filled again.
  projection.db.exec("PRAGMA synchronous = OFF");
  for (let from = 0; from < count; from += TOGETHER) {
    const length = Math.min(TOGETHER, count - from);
    projection.apply({ listings: Array.from({ length }, (_, n) => listingOf(from + n, count, now)) });
  }
  projection.db.exec("PRAGMA synchronous = NORMAL");
}

/** A number of 32 bits that looks as if it had nothing to do with n. */
function scatter(n: number): number {
  const mixed = Math.imul(n ^ (n >>> 16), 0x45d9f3b);
  const again = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b);
  return (again ^ (again >>> 16)) >>> 0;
}
