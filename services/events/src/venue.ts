import { VenueEventSchema } from "@ticketing/proto/events/v1/venue_events";
import { type Aggregate, type TransitionType, transitionsOf } from "@ticketing/runtime/documents/transition";
import { nameKey } from "@ticketing/runtime/text/fold";
import { cityKey, type Place, writtenCity } from "./cities.ts";
import type { Proposal } from "./proposal.ts";

const { begin } = transitionsOf(VenueEventSchema);

/** What somebody knows of a venue. */
export interface VenueFacts extends Place {
  name: string;
  city: string;
  sections: string[];
}

/** A place where events happen, with the clocks by which they begin. */
export interface Venue
  extends Aggregate<TransitionType<typeof VenueEventSchema>>,
    VenueFacts,
    Omit<Proposal, "id"> {
  /** One venue has it: country, city and name. */
  key: string;
  /** Country and city, to find others that may be the same. */
  place: string;
  /** City and name, to find it where the country is not said. */
  spot: string;
  createTime: Date;
}

const placeKey = ({ country, city }: VenueFacts) => `${country}|${cityKey(city)}`;

/** What venues of a name in cities of a name have in common, in whichever country. */
export const spotOf = ({ name, city }: Pick<VenueFacts, "name" | "city">): string =>
  `${cityKey(city)}|${nameKey(name)}`;

/** A venue that was not known. */
export function proposeVenue(facts: VenueFacts, { id, ...by }: Proposal, now: Date): Venue {
  const place = placeKey(facts);
  const key = `${place}|${nameKey(facts.name)}`;
  const named = { ...facts, city: writtenCity(facts.city) };
  const venue = { ...named, ...by, _id: id, place, key, spot: spotOf(facts), createTime: now };
  return begin(venue, { case: "venueProposed", value: {} }, now);
}
