import { type DateFormats, dateFormats, readersTimeZone } from "./format-date.ts";

/** An instant by two clocks. */
export interface VenueTime {
  /** By the clocks at the venue, which are named: "Thu, Jun 6, 2030, 8:00 PM, New York time". */
  readonly there: string;
  /**
   * By the reader's clock: "1:00 AM your time", with the weekday where that is another: "Fri 1:00 AM your time".
   * Undefined where it shows the same.
   */
  readonly here: string | undefined;
}

/** Minutes by which clocks are put back anywhere. */
const SHIFTS = [30, 60, 120];

/**
 * Says instants by the clock of a venue and by that of a reader; the reader's locale and zone where none are given. A
 * time that the venue's clocks show twice has its offset: "01:30 (GMT+1), London time". Undefined for an empty time
 * zone, and for one that this platform does not know.
 */
export function venueTimes(locale?: string, readersZone = readersTimeZone) {
  const formats = new Map<string, DateFormats | undefined>();
  const formatsOf = (timeZone: string): DateFormats | undefined => {
    if (!formats.has(timeZone))
      formats.set(timeZone, isKnown(timeZone) ? dateFormats(locale, timeZone) : undefined);
    return formats.get(timeZone);
  };
  return (date: Date, timeZone: string): VenueTime | undefined => {
    const [venue, reader] = [formatsOf(timeZone), formatsOf(readersZone)];
    if (!venue || !reader) return undefined;
    const there = venue.dateTime(date);
    const repeated = SHIFTS.flatMap((minutes) => [-minutes, minutes]).some(
      (minutes) => venue.dateTime(new Date(date.getTime() + minutes * 60_000)) === there,
    );
    const sameDay = venue.day(date) === reader.day(date);
    return {
      there: `${there}${repeated ? ` (${offsetAt(date, timeZone)})` : ""}, ${clockName(timeZone)}`,
      here:
        reader.dateTime(date) === there
          ? undefined
          : `${sameDay ? reader.time(date) : reader.weekdayTime(date)} your time`,
    };
  };
}

/** Says an instant by the clock of a venue and by the reader's. */
export const venueTime = venueTimes();

/** Whether this platform has the rules of a time zone. */
function isKnown(timeZone: string): boolean {
  if (!timeZone) return false;
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone }));
  } catch {
    return false;
  }
}

/** How far a zone's clocks are from UTC at an instant: "GMT+1". */
function offsetAt(date: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "shortOffset" }).formatToParts(date);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** What people call the clocks of a zone: "New York time"; a zone of no place by its own name: "UTC". */
export function clockName(timeZone: string): string {
  const [area, ...places] = timeZone.split("/");
  const place = places.at(-1)?.replaceAll("_", " ");
  return place && area !== "Etc" ? `${place} time` : (place ?? timeZone);
}
