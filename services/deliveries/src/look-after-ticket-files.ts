import type { Client } from "@connectrpc/connect";
import type { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import type { DeliveryStore } from "./delivery-aggregate.ts";
import type { Files } from "./files/files.ts";
import type { TakenFile } from "./files/take-upload.ts";
import { isEnded, readListing } from "./listing.ts";
import { deliverLate } from "./listing-sales.ts";
import { detach, looked, type TicketFile } from "./ticket-file.ts";
import { findToLookAt, type TicketFileStore } from "./ticket-file-aggregate.ts";

const PAGE = 100;

export interface LookDependencies {
  deliveries: Pick<DeliveryStore, "update">;
  ticketFiles: TicketFileStore;
  tickets: Pick<Client<typeof TicketLockService>, "readTicket">;
  files: Pick<Files, "discard">;
  /** So long after a look the same file is looked at again, while its ticket is listed. */
  lookEveryMs: number;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/**
 * Deletes the files of tickets that nobody can buy any more, and delivers what was looked at while its ticket was sold and
 * was not delivered by the call. Looks every `everyMs` at what is due; gives how to stop.
 */
export const lookAfterTicketFiles = (deps: LookDependencies, everyMs: number): (() => Promise<void>) =>
  repeatedly(
    everyMs,
    () => lookAtAll(deps),
    (err) => deps.log.warn({ err }, "files of listed tickets are looked after later"),
  );

/** Goes through what is due once, page by page. What fails is due again the next time. */
export async function lookAtAll(deps: LookDependencies): Promise<void> {
  const now = deps.clock();
  let pageToken = "";
  do {
    const page = await findToLookAt(deps.ticketFiles, now, { pageSize: PAGE, pageToken });
    for (const file of page.documents) {
      await lookAt(deps, file).catch((err: unknown) =>
        deps.log.warn({ err, ticketId: file._id }, "the file of a listed ticket is looked after later"),
      );
    }
    pageToken = page.nextPageToken;
  } while (pageToken);
}

async function lookAt(deps: LookDependencies, file: TicketFile): Promise<void> {
  const { ticketFiles, tickets, files, lookEveryMs, clock } = deps;
  if (file.orderId) return deliverLate(deps, file);
  const ended = isEnded(await readListing(tickets, file._id));
  const next = new Date(clock().getTime() + lookEveryMs);
  let gone: TakenFile | undefined;
  await ticketFiles.update(file._id, (current) => {
    // Sold meanwhile.
    if (current.orderId) return current;
    gone = ended ? current.upload?.file : undefined;
    return ended ? detach(current, clock()) : looked(current, next, clock());
  });
  // Where that fails it only takes room: nobody has its key any more.
  if (gone) await files.discard(gone).catch(() => undefined);
}
