import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { Button } from "../design/button.tsx";
import { saveFile } from "../design/save-file.ts";
import { venueTime } from "../format/venue-time.ts";
import { calendarFile } from "./calendar.ts";
import { ticketTexts as texts } from "./texts.ts";

/** A button that saves the event of a bought ticket for the reader's calendar; nothing where the event does not take place. */
export function AddToCalendar({ order }: { order: Pick<Order, "id" | "version" | "ticket"> }) {
  const { id, version, ticket } = order;
  const event = ticket?.event;
  if (!event?.startTime || event.cancelled) return null;
  const { title, venue, city } = event;
  const start = timestampDate(event.startTime);
  // A zone that this platform does not know has no clock to tell the time by.
  const timeZone = venueTime(start, event.timeZone) ? event.timeZone : "";
  const entry = { id, version, title, place: `${venue}, ${city}`, start, timeZone };
  return (
    <Button
      look="secondary"
      wide
      onClick={() => saveFile(texts.calendarName, "text/calendar", calendarFile(entry, new Date()))}
    >
      {texts.toCalendar}
    </Button>
  );
}
