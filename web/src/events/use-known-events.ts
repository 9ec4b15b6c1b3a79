import { useQuery } from "@connectrpc/connect-query";
import { EventService } from "@ticketing/proto/events/v1/event_service";
import { type KnownEvent, knownEvent } from "./known-event.ts";

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;

/** The events that a text may mean: the one whose id is in it, as in an address. */
export function useKnownEvents(text: string): {
  readonly events: readonly KnownEvent[];
  readonly error: unknown;
} {
  const eventId = UUID.exec(text)?.[0].toLowerCase() ?? "";
  const { data, error } = useQuery(
    EventService.method.getEvent,
    { eventId },
    { enabled: eventId !== "", staleTime: 0 },
  );
  return { events: eventId && data?.event ? [knownEvent(data.event)] : [], error: eventId ? error : null };
}
