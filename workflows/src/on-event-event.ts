import { EventStatus } from "@ticketing/proto/events/v1/event";
import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import { isOfVenue } from "@ticketing/runtime/events/of-venue";
import type { LifecycleClients } from "./clients.ts";
import type { WorkflowStarter } from "./starter.ts";

/**
 * Starts the end of an event's orders when the event is cancelled, or the one that it is merged into: what ended the
 * orders of that one may have passed before these came to it. The state says so, also when the transition itself was
 * missed and only what came after it is announced again.
 */
export const onEventEvent =
  (
    workflows: Pick<WorkflowStarter, "startEventCancellation">,
    { tickets }: { tickets: Pick<LifecycleClients["tickets"], "listOrdersOfEvent"> },
  ) =>
  async ({ subject, payload }: Pick<IncomingEvent, "subject" | "payload">): Promise<void> => {
    if (isOfVenue(subject)) return;
    const { id: eventId, state } = decodeEvent(EventEventSchema, payload);
    const isCancelled =
      state?.status === EventStatus.CANCELLED ||
      (state?.mergedInto && (await tickets.listOrdersOfEvent({ eventId, pageSize: 1 })).cancelled);
    if (isCancelled) await workflows.startEventCancellation(eventId);
  };
