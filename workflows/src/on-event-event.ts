import { fromBinary } from "@bufbuild/protobuf";
import { EventStatus } from "@ticketing/proto/events/v1/event";
import { type EventEvent, EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import { isOfVenue } from "@ticketing/runtime/events/of-venue";
import type { WorkflowStarter } from "./starter.ts";

/**
 * Starts the end of an event's orders when the event is cancelled. The state says so, also when the transition itself
 * was missed and only what came after it is announced again.
 */
export const onEventEvent =
  (workflows: Pick<WorkflowStarter, "startEventCancellation">) =>
  async ({ subject, payload }: IncomingEvent): Promise<void> => {
    if (isOfVenue(subject)) return;
    const { id, state } = decode(payload);
    if (state?.status === EventStatus.CANCELLED) await workflows.startEventCancellation(id);
  };

function decode(payload: Uint8Array): EventEvent {
  try {
    const event = fromBinary(EventEventSchema, payload);
    if (event.id) return event;
  } catch {
    // Falls through: what cannot be decoded has no id either.
  }
  throw new PoisonEvent("not an EventEvent");
}
