import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import { derivedId } from "@ticketing/runtime/process/ids";
import { nameKey } from "@ticketing/runtime/text/fold";
import { likelyPlaceOf, type Place } from "./cities.ts";
import { type Event, recordEvent, usualDurationMs } from "./event.ts";
import type { EventStore } from "./event-aggregate.ts";
import type { Proposal } from "./proposal.ts";
import { insertOnce } from "./propose.ts";
import { proposeVenue, spotOf, type Venue } from "./venue.ts";
import type { VenueStore } from "./venue-aggregate.ts";

/** What a seller wrote of the event who did not choose one. */
export interface EventTexts {
  title: string;
  venue: string;
  city: string;
  category: Category;
  startTime: Date;
}

/** Where a city is taken to be that nobody knows: ZZ is for users of ISO 3166-1 to give. */
const NOWHERE: Place = { country: "ZZ", timeZone: "Etc/UTC" };

/** Who is said to have proposed what comes of texts; the texts stand for the request. */
const proposalBy = (kind: "venue" | "event", key: string): Proposal => ({
  id: derivedId(`tickets:${kind}`, key),
  proposerId: "tickets",
  requestFingerprint: key,
});

/** The event of these texts, found or made; it may be one that was merged into another. */
export async function resolveEvent(
  stores: { venues: VenueStore; events: EventStore },
  texts: EventTexts,
  now: Date,
): Promise<Event> {
  const { events } = stores;
  const venues = await venuesOf(stores.venues, texts, now);
  const { title, category, startTime } = texts;
  for (const each of venues.known) {
    const found = await findAt(events, each, texts);
    if (found) return found;
  }
  const venue = venues.likely ?? (await insertOnce(stores.venues, venues.wanted));
  const { _id, name, city, country, timeZone } = venue;
  const facts = {
    title,
    category,
    venue: { _id, name, city, country, timeZone },
    startTime,
    durationMs: usualDurationMs(category),
  };
  const key = JSON.stringify([_id, nameKey(title), startTime.toISOString()]);
  return insertOnce(events, recordEvent(facts, proposalBy("event", key), now));
}

/** The event of this title at the venue that begins then, or was once said to. */
async function findAt(
  { collection }: EventStore,
  venue: Venue,
  { title, startTime }: EventTexts,
): Promise<Event | undefined> {
  const then = await collection.find({ "venue._id": venue._id, starts: startTime }).toArray();
  const name = nameKey(title);
  return then.find((event) => [event.title, ...event.aliases].some((known) => nameKey(known) === name));
}

/**
 * The venues that may be meant: known ones of this name in cities of this name, those first whose place is known; and
 * the one that an event is made at which none of them has. That is where the city most likely lies, if it is known to
 * lie anywhere, and `wanted` if it is not there yet.
 */
async function venuesOf(
  { collection }: VenueStore,
  { venue: name, city }: EventTexts,
  now: Date,
): Promise<{ known: Venue[]; likely: Venue | undefined; wanted: Venue }> {
  const place = likelyPlaceOf(city);
  const key = JSON.stringify([nameKey(city), nameKey(name)]);
  const facts = { name, city, sections: [], ...(place ?? NOWHERE) };
  const wanted = proposeVenue(facts, proposalBy("venue", key), now);
  const found = await collection.find({ spot: spotOf(facts) }).toArray();
  const rank = ({ country, key }: Venue) => (country === NOWHERE.country ? 2 : Number(key !== wanted.key));
  const known = found.sort((one, other) => rank(one) - rank(other) || +one.createTime - +other.createTime);
  return { known, likely: known.find((each) => !place || each.key === wanted.key), wanted };
}
