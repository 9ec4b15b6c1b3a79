import type { Event } from "@ticketing/proto/events/v1/event";
import type { Person } from "../support/clients.ts";
import { eventually } from "../support/test-mesh.ts";

/** Waits until search knows an event: it follows the events service within moments. */
export async function untilSuggested(
  person: Person,
  { id, title }: Pick<Event, "id" | "title">,
): Promise<void> {
  await eventually(async () => {
    const { events } = await person.catalog.suggestEvents({ query: title });
    return events.some((event) => event.id === id) || undefined;
  });
}
