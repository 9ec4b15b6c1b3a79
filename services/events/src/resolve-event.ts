import type { Category } from "@ticketing/proto/tickets/v1/ticket";
import { derivedId } from "@ticketing/runtime/process/ids";
import { nameKey } from "@ticketing/runtime/text/fold";
import { likelyPlaceOf, type Place } from "./cities.ts";
import { type Event, recordEvent, usualDurationMs } from "./event.ts";
import type { EventStore } from "./event-aggregate.ts";
import type { Proposal } from "./proposal.ts";
import { findByKey, insertOnce } from "./propose.ts";
import { proposeVenue, type Venue } from "./venue.ts";
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
  const venue = await resolveVenue(stores.venues, texts, now);
  const { title, category, startTime } = texts;
  const found = await findAt(events, venue, texts);
  if (found) return found;
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

async function resolveVenue(venues: VenueStore, { venue, city }: EventTexts, now: Date): Promise<Venue> {
  const place = likelyPlaceOf(city) ?? NOWHERE;
  const key = JSON.stringify([nameKey(city), nameKey(venue)]);
  const facts = { name: venue, city, sections: [], country: place.country, timeZone: place.timeZone };
  const wanted = proposeVenue(facts, proposalBy("venue", key), now);
  return (await findByKey(venues, wanted.key)) ?? insertOnce(venues, wanted);
}
