import { venueTime } from "../format/venue-time.ts";
import { DateTime } from "./date-time.tsx";
import styles from "./venue-date-time.module.css";

/**
 * An instant by the clock of a venue, with the reader's own time beside it where that differs. By the reader's clock
 * alone where the venue's is not known; `zone` names that one then. `brief`: without the reader's own.
 */
export function VenueDateTime(props: { date: Date; timeZone: string; zone?: boolean; brief?: boolean }) {
  const said = venueTime(props.date, props.timeZone);
  if (!said) return <DateTime date={props.date} zone={props.zone ?? false} />;
  return (
    <>
      <time dateTime={props.date.toISOString()}>{said.there}</time>
      {said.here && !props.brief && <span className={styles.here}> ({said.here})</span>}
    </>
  );
}
