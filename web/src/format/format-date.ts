/** The formats in which the app writes an instant, for one reader. */
export interface DateFormats {
  /** "Sat, 19 Dec 2026, 20:00" */
  dateTime(date: Date): string;
  /** "Sat, 19 Dec 2026, 20:00 GMT" */
  zonedDateTime(date: Date): string;
  /** "Sat, 19 Dec 2026" */
  day(date: Date): string;
  /** "Sat 20:00", for an instant that is near another with its date. */
  weekdayTime(date: Date): string;
  /** "20:00" */
  time(date: Date): string;
  /** "20:00:07" */
  timeOfDay(date: Date): string;
  /** The time zone, as the platform calls it: "Europe/London". */
  readonly timeZone: string;
}

/**
 * Formats for a locale and a time zone; the reader's own where none is given. Hours have as many digits as the locale
 * gives a bare time ("04:05" in Britain, "4:05 AM" in the USA, "4.05" in Finland): `hour: "numeric"` alone writes
 * "4:05" in every locale and in some formats only, so that one page would show both.
 */
export function dateFormats(locale?: string, timeZone?: string): DateFormats {
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short", ...zone });
  const timeOfDay = new Intl.DateTimeFormat(locale, { timeStyle: "medium", ...zone });
  const day = { weekday: "short", day: "numeric", month: "short", year: "numeric", ...zone } as const;
  const minute = { hour: hourDigits(locale), minute: "2-digit" } as const;
  const weekdayTime = new Intl.DateTimeFormat(locale, { weekday: "short", ...minute, ...zone });
  const days = new Intl.DateTimeFormat(locale, day);
  const dateTime = new Intl.DateTimeFormat(locale, { ...day, ...minute });
  const zoned = new Intl.DateTimeFormat(locale, { ...day, ...minute, timeZoneName: "short" });
  return {
    dateTime: (date) => dateTime.format(date),
    zonedDateTime: (date) => zoned.format(date),
    weekdayTime: (date) => weekdayTime.format(date),
    day: (date) => days.format(date),
    time: (date) => time.format(date),
    timeOfDay: (date) => timeOfDay.format(date),
    timeZone: time.resolvedOptions().timeZone,
  };
}

/** How the locale writes an hour below ten. */
function hourDigits(locale: string | undefined): "2-digit" | "numeric" {
  const early = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC" }).formatToParts(
    Date.UTC(2026, 0, 1, 4),
  );
  const hour = early.find(({ type }) => type === "hour")?.value ?? "";
  return [...hour].length === 2 ? "2-digit" : "numeric";
}

const reader = dateFormats();

export const formatDateTime = reader.dateTime;
export const formatZonedDateTime = reader.zonedDateTime;
export const formatDay = reader.day;
export const formatTime = reader.time;
export const formatTimeOfDay = reader.timeOfDay;
export const readersTimeZone = reader.timeZone;
