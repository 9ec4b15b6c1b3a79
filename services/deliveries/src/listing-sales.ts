import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError, isRefusedFor } from "@ticketing/runtime/process/domain-error";
import { deliverSold, type SealedUpload } from "./delivery.ts";
import type { DeliveryStore } from "./delivery-aggregate.ts";
import type { Files } from "./files/files.ts";
import { FormerSaleOpen, looked, sellWith, type TicketFile, takeBack } from "./ticket-file.ts";
import type { TicketFileStore } from "./ticket-file-aggregate.ts";

interface SaleDependencies {
  ticketFiles: Pick<TicketFileStore, "find" | "update">;
  clock: Clock;
}

/** With which file a ticket was sold. */
export interface FileSale {
  /** Absent: with none, or not known yet. */
  upload?: SealedUpload | undefined;
  /** Why it is not known yet: the order's event has to come again. */
  unknown?: FormerSaleOpen;
}

/**
 * Binds the file of a ticket to the order that bought it. One document decides: what is attached before that is the
 * buyer's, and nothing replaces it after that.
 */
export async function sellFile(
  { ticketFiles, clock }: SaleDependencies,
  { ticketId, orderId }: { ticketId: string; orderId: string },
): Promise<FileSale> {
  const known = ticketId ? await ticketFiles.find(ticketId) : null;
  if (!known) return {};
  try {
    const sell = (file: TicketFile) => sellWith(file, orderId, clock());
    return { upload: (await ticketFiles.update(ticketId, sell, known)).upload };
  } catch (error) {
    if (error instanceof FormerSaleOpen) return { unknown: error };
    throw error;
  }
}

/** The sale was taken back: the file is the ticket's again, or is deleted where its buyer has seen it. */
export async function takeFileBack(
  { ticketFiles, files, clock }: SaleDependencies & { files: Pick<Files, "discard"> },
  { ticketId, orderId, seen }: { ticketId: string; orderId: string; seen: boolean },
): Promise<void> {
  const known = ticketId ? await ticketFiles.find(ticketId) : null;
  if (!known) return;
  let before: SealedUpload | undefined;
  const { upload } = await ticketFiles.update(
    ticketId,
    (file) => {
      before = file.upload;
      return takeBack(file, orderId, seen, clock());
    },
    known,
  );
  // Where that fails it only takes room: nobody has its key any more.
  if (before && !upload) await files.discard(before.file).catch(() => undefined);
}

/**
 * Delivers the file of a ticket that was sold while the file was looked at. Throws CONTENTION while its delivery is not
 * there yet.
 */
export async function deliverLate(
  { deliveries, ticketFiles, clock }: SaleDependencies & { deliveries: Pick<DeliveryStore, "update"> },
  { _id, orderId, upload }: TicketFile,
): Promise<void> {
  if (!orderId || !upload) return;
  const deliver = deliveries.update(orderId, (delivery) => deliverSold(delivery, upload, clock()));
  await deliver.catch((error: unknown) => {
    if (!isRefusedFor(error, "DELIVERY_NOT_FOUND")) throw error;
    throw new DomainError("CONTENTION", "the ticket was sold just now; try again");
  });
  await ticketFiles.update(_id, (file) =>
    file.lookTime && file.orderId ? looked(file, undefined, clock()) : file,
  );
}
