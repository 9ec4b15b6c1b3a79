import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client, ServiceImpl } from "@connectrpc/connect";
import type { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import { type TicketFileSchema, TicketFileStatus } from "@ticketing/proto/deliveries/v1/ticket_file";
import type { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError, isRefusedFor } from "@ticketing/runtime/process/domain-error";
import { requireClaimed } from "./barcodes/barcode.ts";
import type { Barcodes } from "./barcodes/barcodes.ts";
import { sealTicketFile } from "./content.ts";
import type { DeliveryTerms } from "./delivery.ts";
import type { DeliveryStore } from "./delivery-aggregate.ts";
import type { Files } from "./files/files.ts";
import type { TakenFile } from "./files/take-upload.ts";
import { readListing, requireListed, requireNotEnded, requireUnheld } from "./listing.ts";
import { deliverLate } from "./listing-sales.ts";
import {
  attach,
  detach,
  isAttached,
  openTicketFile,
  requireAttachable,
  type TicketFile,
} from "./ticket-file.ts";
import type { TicketFileStore } from "./ticket-file-aggregate.ts";

export interface TicketFileDependencies {
  deliveries: Pick<DeliveryStore, "update">;
  ticketFiles: TicketFileStore;
  /** Asked whose a ticket is, and whether its file may change: tickets decide that. */
  tickets: Pick<Client<typeof TicketLockService>, "readTicket">;
  files: Files;
  barcodes: Barcodes;
  terms: Pick<DeliveryTerms, "hasIssuer">;
  /** Takes one upload of a seller's. Throws TOO_MANY_UPLOADS. */
  takeUpload: (userId: string) => void;
  clock: Clock;
}

type Method = "getTicketFile" | "startTicketUpload" | "attachTicketFile" | "removeTicketFile";

/** The API of sellers who add a ticket's file while it is listed. */
export function createTicketFileService(
  deps: TicketFileDependencies,
): Pick<ServiceImpl<typeof DeliveryService>, Method> {
  const { ticketFiles, tickets, files, barcodes, takeUpload, clock } = deps;

  /** Where deleting fails it only takes room: nothing names it. */
  const discard = async (file: TakenFile | undefined) => {
    if (file) await files.discard(file).catch(() => undefined);
  };

  /** Where that fails its age ends it. */
  const discardUpload = (ticketId: string, uploadId: string) =>
    files.discardUpload(uploadId, ticketId).catch(() => undefined);

  /** What was uploaded, looked at and stored; or the document, if a call that came at the same time attached it. */
  const take = (before: TicketFile, uploadId: string, signal: AbortSignal): Promise<TakenFile | TicketFile> =>
    sealTicketFile(files, before, uploadId, signal).catch(async (error: unknown) => {
      const file = isRefusedFor(error, "UPLOAD_MISSING") && (await ticketFiles.get(before._id));
      if (file && isAttached(file, uploadId)) return file;
      throw error;
    });

  /**
   * Whether the ticket may change is asked again once the file was looked at: a lock may have begun. What was uploaded goes
   * last, so that a repeat after a crash finds it.
   */
  async function attachUpload(
    before: TicketFile,
    uploadId: string,
    signal: AbortSignal,
  ): Promise<TicketFile> {
    const { _id: ticketId, sellerId } = before;
    const taken = await take(before, uploadId, signal);
    if ("_id" in taken) return taken;
    const claimTime = clock();
    const use = { kind: "ticket", id: ticketId, sellerId } as const;
    await barcodes.claim(use, taken.barcodes ?? []).catch(async (error: unknown) => {
      await discard(taken);
      if (isRefusedFor(error, "BARCODE_TAKEN")) await discardUpload(ticketId, uploadId);
      throw error;
    });
    let unneeded: TakenFile | undefined;
    const change = async (current: TicketFile) => {
      if (isAttached(current, uploadId)) {
        unneeded = taken;
        return current;
      }
      const listing = await readListing(tickets, ticketId);
      if (current.upload) requireListed(listing);
      else requireNotEnded(listing);
      requireClaimed(claimTime, clock());
      unneeded = current.upload?.file;
      return attach(current, { uploadId, file: taken }, clock());
    };
    const file = await ticketFiles.update(ticketId, change).catch(async (error: unknown) => {
      // A write whose outcome is not known may have been made: nothing goes then.
      if (error instanceof DomainError) await discard(taken);
      throw error;
    });
    await discard(unneeded);
    await discardUpload(ticketId, uploadId);
    return file;
  }

  return {
    async getTicketFile({ ticketId }, context) {
      await readListing(tickets, ticketId, requireUser(context).userId);
      return { file: ticketFileMessage(ticketId, await ticketFiles.find(ticketId)) };
    },

    async startTicketUpload({ ticketId, bytes }, context) {
      const { userId } = requireUser(context);
      requireListed(await readListing(tickets, ticketId, userId));
      const known = await ticketFiles.find(ticketId);
      if (known) requireAttachable(known);
      takeUpload(userId);
      const upload = await files.startUpload(Number(bytes), ticketId);
      if (!known) await ticketFiles.insert(openTicketFile(ticketId, userId, clock()));
      return upload;
    },

    async attachTicketFile({ ticketId, uploadId }, context) {
      const { userId } = requireUser(context);
      const listing = await readListing(tickets, ticketId, userId);
      const before = await ticketFiles.get(ticketId);
      let file = before;
      if (isAttached(before, uploadId)) {
        // A process that died once the file was attached has left what was uploaded.
        await discardUpload(ticketId, uploadId);
      } else {
        requireListed(listing);
        requireAttachable(before);
        file = await attachUpload(before, uploadId, context.signal);
      }
      await deliverLate(deps, file);
      return { file: ticketFileMessage(ticketId, file) };
    },

    async removeTicketFile({ ticketId }, context) {
      await readListing(tickets, ticketId, requireUser(context).userId);
      const known = await ticketFiles.find(ticketId);
      if (!known?.upload) return { file: ticketFileMessage(ticketId, known) };
      let before: TakenFile | undefined;
      const file = await ticketFiles.update(ticketId, async (current) => {
        requireUnheld(await readListing(tickets, ticketId));
        before = current.upload?.file;
        return detach(current, clock());
      });
      await discard(before);
      return { file: ticketFileMessage(ticketId, file) };
    },
  };
}

/** The file as the ticket's seller sees it. */
function ticketFileMessage(
  ticketId: string,
  file: TicketFile | null,
): MessageInitShape<typeof TicketFileSchema> {
  return {
    ticketId,
    status: statusOf(file),
    mediaType: file?.upload?.file.type ?? "",
    attachTime: file?.attachTime && timestampFromDate(file.attachTime),
  };
}

function statusOf(file: TicketFile | null): TicketFileStatus {
  if (file?.orderId) return TicketFileStatus.SOLD;
  return file?.upload ? TicketFileStatus.READY : TicketFileStatus.NONE;
}
