import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import { type Delivery, markOverdue } from "./delivery.ts";
import { type DeliveryStore, findAwaited } from "./delivery-aggregate.ts";
import { remind } from "./reminders.ts";

const PAGE = 100;

interface WatchDependencies {
  deliveries: DeliveryStore;
  /** How long before a ticket has to be there each reminder is. */
  reminderLeadsMs: readonly number[];
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/**
 * Marks what sellers did not deliver in time, and reminds them before. A wait of months is a time in a document, and no
 * workflow: nothing is done at its end that another service takes part in. Each replica looks; a write that another has
 * made already changes nothing. Looks every `everyMs`; gives how to stop.
 */
export const watchAwaited = (deps: WatchDependencies, everyMs: number): (() => Promise<void>) =>
  repeatedly(
    everyMs,
    () => lookAtAwaited(deps),
    (err) => deps.log.warn({ err }, "deliveries that are awaited are looked at later"),
  );

/** Looks at what is awaited once. */
export async function lookAtAwaited(deps: WatchDependencies): Promise<void> {
  const { reminderLeadsMs, clock } = deps;
  const now = clock();
  await changeAll(deps, "deliverBy", now, (delivery) => markOverdue(delivery, now));
  await changeAll(deps, "remindTime", now, (delivery) => remind(delivery, reminderLeadsMs, now));
}

/** Goes through what is awaited and has this time by now, page by page. One that fails is looked at again next time. */
async function changeAll(
  { deliveries, log }: Pick<WatchDependencies, "deliveries" | "log">,
  time: "deliverBy" | "remindTime",
  now: Date,
  change: (delivery: Delivery) => Delivery,
): Promise<void> {
  let pageToken = "";
  do {
    const page = await findAwaited(deliveries, time, now, { pageSize: PAGE, pageToken });
    for (const delivery of page.documents) {
      // While an issuer is asked, nobody is reminded, and the time of the reminder stays.
      if (change(delivery) === delivery) continue;
      await deliveries.update(delivery._id, change).catch((err: unknown) => {
        log.warn({ err, orderId: delivery._id }, "a delivery that is awaited is looked at later");
      });
    }
    pageToken = page.nextPageToken;
  } while (pageToken);
}
