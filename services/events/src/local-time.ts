import { DomainError } from "@ticketing/runtime/process/domain-error";

/**
 * What clocks at a place show, to the minute and without an offset: 2030-06-01T20:00. The zone data are the platform's
 * (`Intl`); Temporal can take this file's place once Node has it.
 */
export type LocalTime = string;

const DAY_MS = 86_400_000;
/**
 * Area and place of the IANA database. `Intl` takes abbreviations too, and the zones of System V: these follow no place's
 * clocks.
 */
const AREA_AND_PLACE = /^(?!systemv\/)[a-z_]+(?:\/[a-z0-9_+-]+){1,2}$/i;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23" },
    ...{
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    },
  });
  formats.set(timeZone, format);
  return format;
}

/** The time zone as the IANA database spells it. Throws TIME_ZONE_UNKNOWN. */
export function timeZoneOf(name: string): string {
  try {
    if (!AREA_AND_PLACE.test(name)) throw new RangeError(name);
    const { timeZone } = new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions();
    // Of two names of one zone the platform answers with the one that it prefers, which may be the older.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch {
    throw new DomainError("TIME_ZONE_UNKNOWN", "there is no such time zone");
  }
}

/** What clocks show at an instant, in milliseconds since 1970 as if it were UTC. */
function clockAt(instant: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((candidate) => candidate.type === type)?.value);
  return Date.UTC(
    ...([part("year"), part("month") - 1, part("day")] as const),
    ...([part("hour"), part("minute"), part("second")] as const),
  );
}

const offsetAt = (instant: number, timeZone: string) =>
  clockAt(instant, timeZone) - Math.floor(instant / 1000) * 1000;

/** What clocks in a zone show at an instant. */
export const localTimeOf = (instant: Date, timeZone: string): LocalTime =>
  new Date(clockAt(instant.getTime(), timeZone)).toISOString().slice(0, "2030-06-01T20:00".length);

/** The instants at which clocks show a time: one; none where they are put forward over it, two where they are put back. */
export function instantsOf(local: LocalTime, timeZone: string): Date[] {
  const clock = clockOf(local);
  return [...new Set(offsetsAround(clock, timeZone))]
    .map((offset) => clock - offset)
    .filter((instant) => clockAt(instant, timeZone) === clock)
    .sort((one, other) => one - other)
    .map((instant) => new Date(instant));
}

/**
 * The one instant at which clocks show a time. Throws LOCAL_TIME_INVALID, or LOCAL_TIME_SKIPPED and LOCAL_TIME_REPEATED
 * with the two instants that may be meant.
 */
export function instantOf(local: LocalTime, timeZone: string): Date {
  const [first, second] = instantsOf(local, timeZone);
  if (first && second) {
    throw new DomainError("LOCAL_TIME_REPEATED", "clocks there show this time twice", between(first, second));
  }
  if (first) return first;
  const clock = clockOf(local);
  const [before, after] = offsetsAround(clock, timeZone);
  const facts = between(new Date(clock - after), new Date(clock - before));
  throw new DomainError("LOCAL_TIME_SKIPPED", "clocks there are put forward over this time", facts);
}

const between = (earlier: Date, later: Date) => ({
  earlier: earlier.toISOString(),
  later: later.toISOString(),
});

/** The zone's offsets a day before and after: it has no other at the time between, whatever its clocks do then. */
const offsetsAround = (clock: number, timeZone: string) =>
  [offsetAt(clock - DAY_MS, timeZone), offsetAt(clock + DAY_MS, timeZone)] as const;

function clockOf(local: LocalTime): number {
  const clock = new Date(`${local}Z`);
  if (Number.isNaN(clock.getTime()) || !clock.toISOString().startsWith(local)) {
    throw new DomainError("LOCAL_TIME_INVALID", "there is no such date or time");
  }
  return clock.getTime();
}
