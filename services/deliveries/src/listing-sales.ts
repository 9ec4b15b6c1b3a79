import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError, isRefusedFor } from "@ticketing/runtime/process/domain-error";
import { requireClaimed } from "./barcodes/barcode.ts";
import type { Barcodes } from "./barcodes/barcodes.ts";
import { barcodesOf } from "./barcodes/known-barcodes.ts";
import { type DeliveryTerms, deliverSold, type SealedUpload } from "./delivery.ts";
import type { DeliveryStore } from "./delivery-aggregate.ts";
import type { Files } from "./files/files.ts";
import { FormerSaleOpen, looked, sellWith, sellWithout, type TicketFile, takeBack } from "./ticket-file.ts";
import type { TicketFileStore } from "./ticket-file-aggregate.ts";

interface SaleDependencies {
  ticketFiles: Pick<TicketFileStore, "find" | "update">;
  clock: Clock;
}

interface BindDependencies extends SaleDependencies {
  barcodes: Barcodes;
  files: Pick<Files, "discard">;
}

interface LateDependencies extends SaleDependencies {
  deliveries: Pick<DeliveryStore, "update">;
  terms: Pick<DeliveryTerms, "hasIssuer">;
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
 * buyer's, and nothing replaces it after that. Where the ticket in it is not its seller's any more, it is deleted, and the
 * seller has to deliver another.
 */
export async function sellFile(
  deps: BindDependencies,
  { ticketId, orderId }: { ticketId: string; orderId: string },
): Promise<FileSale> {
  try {
    const upload = await changeFile(deps, ticketId, async (file) => {
      const isTheirs = file.orderId !== undefined || (await isStillTheirs(deps, file));
      return (isTheirs ? sellWith : sellWithout)(file, orderId, deps.clock());
    });
    return { upload };
  } catch (error) {
    if (error instanceof FormerSaleOpen) return { unknown: error };
    throw error;
  }
}

/**
 * The sale was taken back: the file is the ticket's again, or is deleted where its buyer has seen it, or has sold the
 * ticket in it on.
 */
export async function takeFileBack(
  deps: BindDependencies,
  { ticketId, orderId, seen }: { ticketId: string; orderId: string; seen: boolean },
): Promise<void> {
  await changeFile(deps, ticketId, async (file) => {
    if (file.orderId !== orderId) return file;
    const gone = seen || !(await isStillTheirs(deps, file));
    return takeBack(file, orderId, gone, deps.clock());
  });
}

/** Changes the file of a ticket, if there is one, and gives it; deletes what the ticket has no more. */
async function changeFile(
  { ticketFiles, files }: BindDependencies,
  ticketId: string,
  change: (file: TicketFile) => Promise<TicketFile>,
): Promise<SealedUpload | undefined> {
  const known = ticketId ? await ticketFiles.find(ticketId) : null;
  if (!known) return undefined;
  let before: SealedUpload | undefined;
  const changing = (file: TicketFile) => {
    before = file.upload;
    return change(file);
  };
  const { upload } = await ticketFiles.update(ticketId, changing, known);
  // Where that fails it only takes room: nobody has its key any more.
  if (before && !upload) await files.discard(before.file).catch(() => undefined);
  return upload;
}

/**
 * Whether the ticket in a listing's file is its seller's to sell, who then claims it again: whoever had bought it may have
 * sold it on, or its seller had bought it and got the money back. Throws FILES_UNAVAILABLE as {@link requireClaimed}.
 */
async function isStillTheirs(
  { barcodes, clock }: Pick<BindDependencies, "barcodes" | "clock">,
  { _id: id, sellerId, upload }: TicketFile,
): Promise<boolean> {
  const claimTime = clock();
  try {
    await barcodes.claim({ kind: "ticket", id, sellerId }, barcodesOf(upload) ?? []);
  } catch (error) {
    if (isRefusedFor(error, "BARCODE_TAKEN")) return false;
    throw error;
  }
  requireClaimed(claimTime, clock());
  return true;
}

/**
 * Delivers the file of a ticket that was sold while the file was looked at. Throws CONTENTION while its delivery is not
 * there yet.
 */
export async function deliverLate(
  { deliveries, ticketFiles, terms, clock }: LateDependencies,
  { _id, orderId, upload }: TicketFile,
): Promise<void> {
  if (!orderId || !upload) return;
  const deliver = deliveries.update(orderId, (delivery) => deliverSold(delivery, upload, terms, clock()));
  await deliver.catch((error: unknown) => {
    if (!isRefusedFor(error, "DELIVERY_NOT_FOUND")) throw error;
    throw new DomainError("CONTENTION", "the ticket was sold just now; try again");
  });
  await ticketFiles.update(_id, (file) =>
    file.lookTime && file.orderId ? looked(file, undefined, clock()) : file,
  );
}
