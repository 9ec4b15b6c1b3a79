import { continueAsNew, log, proxyActivities, sleep } from "@temporalio/workflow";
import { endingByRefusal, PATIENT } from "../activity-retries.ts";
import type { EventCancellationActivities } from "./activities.ts";
import { afterLook, afterPage, BEGIN, type Progress } from "./progress.ts";

const { areTicketsFrozen } = proxyActivities<EventCancellationActivities>(PATIENT);
const { endOrders } = proxyActivities<EventCancellationActivities>({
  // A page waits its turn among those of all events that are cancelled at the time.
  startToCloseTimeout: "1h",
  heartbeatTimeout: "30s",
  retry: { initialInterval: "1s", maximumInterval: "1m" },
});

/**
 * Ends the orders of an event that does not take place: waits until nobody can lock a ticket of it any more, then asks
 * for the end of each order, page by page, until a pass finds none that is not handled. What is asked for the orders'
 * own workflows do. Every step may be repeated. Each run makes one step and leaves the rest to the next, so that
 * histories stay short however many orders there are. `progress` is what the run before left; absent: the first.
 */
export async function eventCancellation(eventId: string, progress: Progress = BEGIN): Promise<void> {
  await endingByRefusal(async () => {
    const step =
      progress.frozenTime === undefined
        ? afterLook(progress, await areTicketsFrozen(eventId), Date.now())
        : afterPage(progress, await endOrders(eventId, progress.pageToken), Date.now());
    if (step.next === "end") {
      log.info("the orders of a cancelled event are handled", { eventId, passes: progress.passes + 1 });
      return;
    }
    if (step.waitMs > 0) await sleep(step.waitMs);
    await continueAsNew<typeof eventCancellation>(eventId, step.progress);
  });
}
