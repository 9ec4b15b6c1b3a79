import { localText } from "../form/local-time.ts";

/** What a calendar learns of an event. */
export interface CalendarEntry {
  /** The same for the same ticket, so that a calendar replaces what it has. */
  id: string;
  /** Raised by every change of the ticket's order: of two copies the higher is the newer. */
  version: bigint;
  title: string;
  place: string;
  start: Date;
  /** The venue's; empty where it is not known. */
  timeZone: string;
}

/**
 * A calendar file (RFC 5545) with this one entry, by the clocks at the venue. It has no end, since orders know none.
 * `now`: when the file is made.
 */
export function calendarFile(entry: CalendarEntry, now: Date): string {
  const { id, version, title, place, start, timeZone } = entry;
  const local = timeZone && localText(start, timeZone);
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Ticketing//Web//EN",
    ...(local ? zoneLines(timeZone, start, local) : []),
    "BEGIN:VEVENT",
    `UID:${id}`,
    `SEQUENCE:${version}`,
    `DTSTAMP:${utc(now)}`,
    local ? `DTSTART;TZID=${timeZone}:${compact(local)}00` : `DTSTART:${utc(start)}`,
    `SUMMARY:${escaped(title)}`,
    `LOCATION:${escaped(place)}`,
    "END:VEVENT",
    "END:VCALENDAR",
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join("");
}

/** The zone as it is at the start: a file with one entry needs no other rule of it. */
function zoneLines(timeZone: string, start: Date, local: string): string[] {
  const minutes = Math.floor(Date.parse(`${local}Z`) / 60_000) - Math.floor(start.getTime() / 60_000);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const offset = `${minutes < 0 ? "-" : "+"}${twoDigits(hours)}${twoDigits(rest)}`;
  return [
    "BEGIN:VTIMEZONE",
    `TZID:${timeZone}`,
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    `TZOFFSETFROM:${offset}`,
    `TZOFFSETTO:${offset}`,
    "END:STANDARD",
    "END:VTIMEZONE",
  ];
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** "20261217T231400" of "2026-12-17T23:14:00". */
const compact = (time: string): string => time.replace(/[-:]/g, "");

/** "20261217T221400Z" */
const utc = (time: Date): string => `${compact(time.toISOString().slice(0, 19))}Z`;

/** A text as section 3.3.11 has it. */
const escaped = (text: string): string => text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");

/** A line in parts of at most 75 octets, between characters (section 3.1). */
function folded(line: string): string {
  const parts = [""];
  let octets = 0;
  for (const character of line) {
    const length = new TextEncoder().encode(character).length;
    if (octets + length > 75) {
      parts.push("");
      // The space that begins the part.
      octets = 1;
    }
    parts[parts.length - 1] += character;
    octets += length;
  }
  return parts.join("\r\n ");
}
