import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Event, EventStatus } from "@ticketing/proto/events/v1/event";
import type { ReactNode } from "react";
import { StatusPill, type Tone } from "../design/card.tsx";
import { VenueDateTime } from "../design/venue-date-time.tsx";
import { countryName } from "../format/country.ts";
import { kindNames } from "../ticket/texts.ts";
import { eventStatusNames, eventTexts as texts } from "./event-texts.ts";
import styles from "./events.module.css";

const tones: Readonly<Record<EventStatus, Tone>> = {
  [EventStatus.UNSPECIFIED]: "neutral",
  [EventStatus.SCHEDULED]: "good",
  [EventStatus.RESCHEDULED]: "warn",
  [EventStatus.CANCELLED]: "bad",
};

/** What is known of an event. */
export function EventFacts({ event }: { event: Event }) {
  const { venue, timeZone, startTime, endTime, aliases, status } = event;
  return (
    <>
      <div className={styles.head}>
        <h2>
          <bdi>{event.title}</bdi>
        </h2>
        {/* A service may know a status that this page, loaded before the last release, does not. */}
        <StatusPill tone={tones[status] ?? "neutral"}>
          {eventStatusNames[status] ?? eventStatusNames[EventStatus.UNSPECIFIED]}
        </StatusPill>
      </div>
      <dl className={styles.facts}>
        <Fact name={texts.start}>
          {startTime && <VenueDateTime date={timestampDate(startTime)} timeZone={timeZone} />}
        </Fact>
        <Fact name={texts.end}>
          {endTime && <VenueDateTime date={timestampDate(endTime)} timeZone={timeZone} />}
        </Fact>
        <Fact name={texts.venue}>
          <bdi>{venue?.name}</bdi>, <bdi>{venue?.city}</bdi>, {countryName(venue?.country ?? "")}
        </Fact>
        <Fact name={texts.category}>{kindNames[event.category]}</Fact>
        {aliases.length > 0 && (
          <Fact name={texts.aliases}>
            {aliases.map((alias, index) => (
              <span key={alias}>
                {index > 0 && ", "}
                <bdi>{alias}</bdi>
              </span>
            ))}
          </Fact>
        )}
        <Fact name={texts.id}>
          <code>{event.id}</code>
        </Fact>
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
