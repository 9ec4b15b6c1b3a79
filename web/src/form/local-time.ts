/**
 * An instant as the value of a `datetime-local` field, to the minute: "2026-12-31T20:00". By the clocks of a time zone;
 * the reader's where none is given.
 */
export function localText(date: Date, timeZone?: string): string {
  const format = new Intl.DateTimeFormat("en", {
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
    hourCycle: "h23",
    timeZone,
  });
  const parts = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The instant that a `datetime-local` field names in the reader's time zone; undefined while it is not filled in. */
export function localDate(text: string): Date | undefined {
  // A date with a time and without an offset is local time (ECMA-262, date time string format).
  const date = /^\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? new Date(text) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date : undefined;
}

/** The name of the reader's time zone at an instant: "Europe/London, GMT+1". Summer and winter differ. */
export function zoneAt(date: Date): string {
  const format = new Intl.DateTimeFormat(undefined, { timeZoneName: "shortOffset" });
  const offset = format.formatToParts(date).find(({ type }) => type === "timeZoneName")?.value;
  return [format.resolvedOptions().timeZone, offset].filter(Boolean).join(", ");
}
