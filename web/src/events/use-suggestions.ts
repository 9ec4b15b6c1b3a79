import { useQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import type { Venue } from "@ticketing/proto/events/v1/venue";
import { useSettled } from "../form/use-settled.ts";
import { type KnownEvent, knownEvent } from "./known-event.ts";

/** How long after the last key press suggestions are asked for. */
const SETTLE_MS = 150;

/** The longest text that suggestions are asked for, in UTF-16 units, as a field counts. */
export const LONGEST_QUERY = 100;

/** What fits a text that somebody types. Empty below two letters. */
export interface Suggestions {
  readonly events: readonly KnownEvent[];
  readonly venues: readonly Venue[];
  /** Whether this is the answer to the text as it is now. */
  readonly answered: boolean;
  readonly error: unknown;
}

const none: Suggestions = { events: [], venues: [], answered: false, error: null };

/** Upcoming events and known venues that fit a text, the best first, once the typing pauses. */
export function useSuggestions(text: string): Suggestions {
  const wanted = text.trim().slice(0, LONGEST_QUERY);
  const query = useSettled(wanted, SETTLE_MS);
  const { data, error, isPlaceholderData } = useQuery(
    CatalogService.method.suggestEvents,
    { query },
    { enabled: [...query].length >= 2, placeholderData: keepPreviousData },
  );
  if ([...text.trim()].length < 2) return none;
  const answered = data !== undefined && !isPlaceholderData && query === wanted;
  return { events: data?.events.map(knownEvent) ?? [], venues: data?.venues ?? [], answered, error };
}
