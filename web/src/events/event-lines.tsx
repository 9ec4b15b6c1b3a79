import { VenueDateTime } from "../design/venue-date-time.tsx";
import styles from "./events.module.css";
import type { KnownEvent } from "./known-event.ts";

/** An event in a list of suggestions: title, place, and its start by the clock there. */
export function EventLines({ event }: { event: KnownEvent }) {
  return (
    <>
      <strong>
        <bdi>{event.title}</bdi>
      </strong>
      <span className={styles.soft}>
        <bdi>{event.venue}</bdi>, <bdi>{event.city}</bdi>
      </span>
      <span className={styles.soft}>
        <VenueDateTime date={event.start} timeZone={event.timeZone} />
      </span>
    </>
  );
}
