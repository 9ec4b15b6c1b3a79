import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { EventDirectoryService } from "@ticketing/proto/events/internal/v1/event_directory_service";
import { isRefusedFor } from "@ticketing/runtime/process/domain-error";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";

/** When what a ticket admits to is over: as events knows it; without that, as long after the start as events last at most. */
export type EventEnds = (event: TicketedEvent) => Promise<Date>;

export function createEventEnds(deps: {
  directory: Pick<Client<typeof EventDirectoryService>, "findEvent">;
  lengthMs: number;
}): EventEnds {
  const { directory, lengthMs } = deps;
  return async ({ eventId, startTime }) => {
    const guess = new Date(startTime.getTime() + lengthMs);
    if (!eventId) return guess;
    try {
      const { event } = await directory.findEvent({ eventId });
      return event?.endTime ? timestampDate(event.endTime) : guess;
    } catch (error) {
      if (isRefusedFor(error, "EVENT_NOT_FOUND")) return guess;
      throw error;
    }
  };
}
