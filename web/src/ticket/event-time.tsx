import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Event } from "@ticketing/proto/tickets/v1/ticket";
import { Badge } from "../design/card.tsx";
import { VenueDateTime } from "../design/venue-date-time.tsx";
import styles from "./event-time.module.css";
import { ticketTexts as texts } from "./texts.ts";

/** The facts of an event that say when it is. */
export type EventDates = Pick<Event, "startTime" | "formerStartTime" | "timeZone" | "cancelled">;

/**
 * When an event begins, by the clock at its venue, and whether it was moved or is cancelled. `zone`: names the reader's
 * zone too, where the venue's is not known.
 */
export function EventTime(props: {
  event: EventDates | undefined;
  zone?: boolean;
  className?: string | undefined;
}) {
  const { startTime, formerStartTime, timeZone, cancelled } = props.event ?? {};
  if (!startTime) return null;
  const time = (date: Date, brief = false) => (
    <VenueDateTime date={date} timeZone={timeZone ?? ""} zone={props.zone ?? false} brief={brief} />
  );
  return (
    <span className={props.className}>
      {cancelled && (
        <>
          <Badge tone="bad">{texts.eventCancelled}</Badge>{" "}
        </>
      )}
      {time(timestampDate(startTime))}
      {formerStartTime && !cancelled && (
        <span className={styles.moved}>
          <Badge tone="warn">{texts.eventMoved}</Badge> {texts.eventWas}{" "}
          <s>{time(timestampDate(formerStartTime), true)}</s>
        </span>
      )}
    </span>
  );
}
