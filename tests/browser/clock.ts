import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";

/** How visitors write, and where they are unless a test says otherwise. */
export const LOCALE = "en-GB";
export const ZONE = "Europe/London";

/** A zone in which it is `hour` o'clock now: what a page says in the morning and in the evening is seen at any time. */
export function zoneWhereItIs(hour: number): string {
  const west = (new Date().getUTCHours() - hour + 24) % 24;
  // POSIX counts westwards, and there is a zone for each of twelve hours west and fourteen east.
  return west <= 12 ? `Etc/GMT+${west}` : `Etc/GMT-${24 - west}`;
}

/** The time of day of an instant as a page of these tests writes it: "04:05". */
export function clockTime(instant: Timestamp | undefined, zone = ZONE): string {
  if (!instant) throw new Error("no instant");
  const digits = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(LOCALE, { ...digits, timeZone: zone }).format(timestampDate(instant));
}

/** A day in the summer after next: "2028-07-04". */
export const summerDay = `${new Date().getUTCFullYear() + 2}-07-04`;
