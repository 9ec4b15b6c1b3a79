const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format = formats.get(timeZone) ?? newFormat(timeZone);
  formats.set(timeZone, format);
  return format;
}

/** In UTC where this platform does not know the zone: another service may have newer zone data. */
function newFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", {
      ...{ timeZone, calendar: "gregory", numberingSystem: "latn" },
      ...{ year: "numeric", month: "numeric", day: "numeric" },
    });
  } catch (error) {
    if (error instanceof RangeError && timeZone !== "UTC") return newFormat("UTC");
    throw error;
  }
}

/** The day of a calendar date, in days since 1970-01-01; the month from 1. */
export const dayOf = (year: number, month: number, day: number): number =>
  // Date.UTC takes a year below 100 for one of the 20th century.
  new Date(0).setUTCFullYear(year, month - 1, day) / DAY_MS;

/** The day that the calendar of a place shows at an instant in ms since 1970; UTC's for a zone that is empty or not known. */
export function localDayOf(instant: number, timeZone: string): number {
  if (timeZone === "") return Math.floor(instant / DAY_MS);
  const parts = formatOf(timeZone).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((candidate) => candidate.type === type)?.value);
  return dayOf(part("year"), part("month"), part("day"));
}

/** So far a place's day begins before UTC's, or ends after it, at most. */
const ZONE_MS = 16 * 3_600_000;

/** The instants at which some place may show a day from the first to the last: from the first to before the second. */
export const instantsOfDays = (first: number, last: number): { from: number; to: number } => ({
  from: first * DAY_MS - ZONE_MS,
  to: (last + 1) * DAY_MS + ZONE_MS,
});
