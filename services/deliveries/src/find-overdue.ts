import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import { markOverdue } from "./delivery.ts";
import { type DeliveryStore, findLate } from "./delivery-aggregate.ts";

const PAGE = 100;

interface FindingDependencies {
  deliveries: DeliveryStore;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/**
 * Marks what sellers did not deliver in time. A wait of months is a time in a document, and no workflow: nothing is done
 * at its end that another service takes part in. Each replica looks; a write that another has made already changes
 * nothing. Looks every `everyMs`; gives how to stop.
 */
export const findOverdue = (deps: FindingDependencies, everyMs: number): (() => Promise<void>) =>
  repeatedly(
    everyMs,
    () => markAll(deps),
    (err) => deps.log.warn({ err }, "deliveries that are overdue are looked for later"),
  );

/** Goes through what is late once, page by page. */
export async function markAll({ deliveries, clock }: FindingDependencies): Promise<void> {
  const now = clock();
  let pageToken = "";
  do {
    const page = await findLate(deliveries, now, { pageSize: PAGE, pageToken });
    for (const { _id } of page.documents) {
      await deliveries.update(_id, (delivery) => markOverdue(delivery, now));
    }
    pageToken = page.nextPageToken;
  } while (pageToken);
}
