import type { Event } from "@ticketing/proto/tickets/v1/ticket";

/** Where an event is, as its seller wrote it: "Old Mill, Graz". Each part runs in its own direction. */
export function Place({ event }: { event: Event | undefined }) {
  if (!event) return null;
  const { venue, city } = event;
  return (
    <>
      <bdi>{venue}</bdi>
      {venue && city && ", "}
      <bdi>{city}</bdi>
    </>
  );
}
