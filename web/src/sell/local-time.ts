const two = (value: number) => String(value).padStart(2, "0");

/**
 * An instant as the value of a `datetime-local` field, in the reader's time zone, to the minute: "2026-12-31T20:00".
 */
export function localText(date: Date): string {
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
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
