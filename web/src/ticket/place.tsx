import type { Event } from "@ticketing/proto/tickets/v1/ticket";

/** The place of an event, as its seller wrote it: "Old Mill, Graz". Each part keeps its own direction of writing. */
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
