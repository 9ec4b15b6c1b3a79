import { useQuery } from "@connectrpc/connect-query";
import { EventService } from "@ticketing/proto/events/v1/event_service";
import { type KnownEvent, knownEvent } from "./known-event.ts";
import { useSuggestions } from "./use-suggestions.ts";

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;

/** The events that a text may mean: the one whose id is in it, as in an address; else those whose names fit. */
export function useKnownEvents(text: string): {
  readonly events: readonly KnownEvent[];
  /** Whether this is the answer to the text as it is now. */
  readonly answered: boolean;
  readonly error: unknown;
} {
  const eventId = UUID.exec(text)?.[0].toLowerCase() ?? "";
  const byId = useQuery(EventService.method.getEvent, { eventId }, { enabled: eventId !== "", staleTime: 0 });
  const byName = useSuggestions(eventId ? "" : text);
  if (!eventId) return byName;
  const { data, error } = byId;
  return { events: data?.event ? [knownEvent(data.event)] : [], answered: data !== undefined, error };
}
