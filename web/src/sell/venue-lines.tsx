import type { Venue } from "@ticketing/proto/events/v1/venue";
import { countryName } from "../format/country.ts";
import styles from "./sell.module.css";

/** A venue in a list of suggestions: its name, and where it is. */
export function VenueLines({ venue }: { venue: Venue }) {
  return (
    <>
      <strong>
        <bdi>{venue.name}</bdi>
      </strong>
      <span className={styles.soft}>
        <bdi>{venue.city}</bdi>, {countryName(venue.country)}
      </span>
    </>
  );
}
