import type { Client } from "@connectrpc/connect";
import type { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { type Clock, isOver } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import type { DeliveryTerms } from "./delivery.ts";
import type { DeliveryStore } from "./delivery-aggregate.ts";
import type { Files } from "./files/files.ts";
import type { TakenFile } from "./files/take-upload.ts";
import { isEnded, readListing } from "./listing.ts";
import { deliverLate } from "./listing-sales.ts";
import { detach, looked, type TicketFile } from "./ticket-file.ts";
import { findToLookAt, type TicketFileStore } from "./ticket-file-aggregate.ts";

const PAGE = 100;

/** Up to this part of its time the next look comes earlier: so looks at files that were added together spread. */
const EARLIER = 0.2;

export interface LookDependencies {
  deliveries: Pick<DeliveryStore, "update">;
  ticketFiles: TicketFileStore;
  tickets: Pick<Client<typeof TicketLockService>, "readTicket">;
  files: Pick<Files, "discard">;
  terms: Pick<DeliveryTerms, "hasIssuer">;
  /** At most so long after a look the same file is looked at again, while its ticket is listed. */
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
      await lookAt(deps, file).catch(later(deps, file._id));
    }
    pageToken = page.nextPageToken;
  } while (pageToken);
}

/** Deletes the file of this ticket now, if nobody can buy it any more. What fails is done when it is due. */
export async function lookIfEnded(deps: LookDependencies, ticketId: string): Promise<void> {
  const file = await deps.ticketFiles.find(ticketId);
  if (!file?.upload || file.orderId) return;
  await deleteIfEnded(deps, file).catch(later(deps, ticketId));
}

const later =
  ({ log }: LookDependencies, ticketId: string) =>
  (err: unknown): void =>
    log.warn({ err, ticketId }, "the file of a listed ticket is looked after later");

async function lookAt(deps: LookDependencies, due: TicketFile): Promise<void> {
  const { ticketFiles, lookEveryMs, clock } = deps;
  if (due.orderId) return deliverLate(deps, due);
  // Other processes look, too.
  const file = await ticketFiles.find(due._id);
  if (!file || !isDue(file, clock()) || (await deleteIfEnded(deps, file))) return;
  const next = new Date(clock().getTime() + lookEveryMs * (1 - EARLIER * Math.random()));
  const change = (current: TicketFile) =>
    isDue(current, clock()) ? looked(current, next, clock()) : current;
  await ticketFiles.update(file._id, change, file);
}

/** Whether it is to be looked at whether its ticket is still listed. */
const isDue = ({ orderId, lookTime }: TicketFile, now: Date): boolean =>
  orderId === undefined && lookTime !== undefined && isOver(lookTime, now);

/** Deletes the file of a ticket that is not sold, if nobody can buy it any more; gives whether that is so. */
async function deleteIfEnded(
  { ticketFiles, tickets, files, clock }: LookDependencies,
  file: TicketFile,
): Promise<boolean> {
  if (!isEnded(await readListing(tickets, file._id))) return false;
  let gone: TakenFile | undefined;
  const change = (current: TicketFile) => {
    gone = undefined;
    // Sold meanwhile.
    if (current.orderId) return current;
    gone = current.upload?.file;
    return detach(current, clock());
  };
  await ticketFiles.update(file._id, change, file);
  // Where that fails it only takes room: nobody has its key any more.
  if (gone) await files.discard(gone).catch(() => undefined);
  return true;
}
