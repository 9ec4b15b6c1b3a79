import { DeliveryKind } from "@ticketing/proto/deliveries/v1/delivery";
import { TicketFileEventSchema } from "@ticketing/proto/deliveries/v1/ticket_file_events";
import {
  type Aggregate,
  amend,
  type TransitionType,
  transitionsOf,
} from "@ticketing/runtime/documents/transition";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { barcodesOf } from "./barcodes/known-barcodes.ts";
import type { SealedUpload } from "./delivery.ts";
import type { TakenFile } from "./files/take-upload.ts";

const { begin, advance } = transitionsOf(TicketFileEventSchema);

/** The file of a listed ticket, which whoever buys the ticket gets at once. Its id is the ticket's. */
export interface TicketFile extends Aggregate<TransitionType<typeof TicketFileEventSchema>> {
  sellerId: string;
  /** Absent until the seller has attached one, and again once it was removed. */
  upload?: SealedUpload | undefined;
  attachTime?: Date | undefined;
  /** Of what was removed after it was sold, and seen or sold on by its buyer: the ids of its barcodes. */
  shownBarcodes?: string[];
  /** How often the seller attached one. */
  attachments: number;
  /** The order that the ticket was sold to: from then on nobody replaces or removes what it was sold with. */
  orderId?: string | undefined;
  /** When it is to be looked whether it is still needed, or has to be delivered; absent where that is known. */
  lookTime?: Date | undefined;
  createTime: Date;
}

/** What a seller attaches. */
export interface Attachment {
  uploadId: string;
  file: TakenFile;
}

const MAX_ATTACHMENTS = 21;

const change = { case: "ticketFileChanged", value: {} } as const;

const sold = () => new DomainError("TICKET_SOLD", "the ticket is sold: its file stays as it is");

/** Begins with no file. */
export const openTicketFile = (ticketId: string, sellerId: string, now: Date): TicketFile =>
  begin({ _id: ticketId, sellerId, attachments: 0, createTime: now }, change, now);

/** Throws TICKET_SOLD or TOO_MANY_REPLACEMENTS where nothing can be attached any more. */
export function requireAttachable({ orderId, upload, attachments }: TicketFile): void {
  if (orderId && upload) throw sold();
  if (attachments >= MAX_ATTACHMENTS) {
    throw new DomainError("TOO_MANY_REPLACEMENTS", "the file was replaced too often");
  }
}

/** Whether this upload is the file already. */
export const isAttached = ({ upload }: TicketFile, uploadId: string): boolean =>
  upload?.uploadId === uploadId;

/**
 * The seller attaches a file, for the first time or anew. One that was looked at while the ticket was sold is for its
 * buyer, if there was none before. Throws TICKET_SOLD or TOO_MANY_REPLACEMENTS.
 */
export function attach(file: TicketFile, { uploadId, file: taken }: Attachment, now: Date): TicketFile {
  requireAttachable(file);
  return advance(file, change, now, {
    upload: { kind: DeliveryKind.FILE, uploadId, file: taken, ticketId: file._id },
    attachTime: now,
    attachments: file.attachments + 1,
    lookTime: now,
  });
}

/** The file goes. There is none: nothing changes. Throws TICKET_SOLD. */
export function detach(file: TicketFile, now: Date): TicketFile {
  if (file.orderId) throw sold();
  return withoutUpload(file, now);
}

const withoutUpload = (file: TicketFile, now: Date, rest: Partial<TicketFile> = {}): TicketFile => {
  const gone = { ...rest, upload: undefined, attachTime: undefined, lookTime: undefined };
  if (file.upload) return advance(file, change, now, gone);
  return Object.keys(rest).length > 0 || file.lookTime ? amend(file, gone, now) : file;
};

/**
 * The ticket is sold to an order: what it is sold with stays. Again: nothing changes. Throws while another order has it,
 * whose end is not known here yet.
 */
export function sellWith(file: TicketFile, orderId: string, now: Date): TicketFile {
  if (file.orderId === orderId) return file;
  if (file.orderId) throw new FormerSaleOpen();
  return amend(file, { orderId, lookTime: undefined }, now);
}

/** The ticket is sold to an order, which it has not been yet, without its file: that is somebody else's. */
export const sellWithout = (file: TicketFile, orderId: string, now: Date): TicketFile =>
  withoutUpload(file, now, { orderId });

/** The ticket was sold before, and the end of that sale is still to come here. */
export class FormerSaleOpen extends Error {
  constructor() {
    super("the ticket's former sale has not ended here yet");
    this.name = "FormerSaleOpen";
  }
}

/**
 * The sale to this order was taken back. The file goes with the ticket to its next buyer, unless that is not to be: never
 * one that a buyer has seen, or that is somebody else's now. Sold to another order, or not sold: nothing changes.
 */
export function takeBack(file: TicketFile, orderId: string, gone: boolean, now: Date): TicketFile {
  if (file.orderId !== orderId) return file;
  const shownBarcodes = [...new Set([...(file.shownBarcodes ?? []), ...(barcodesOf(file.upload) ?? [])])];
  const free = { orderId: undefined, ...(gone && { shownBarcodes }) };
  return gone ? withoutUpload(file, now, free) : amend(file, { ...free, lookTime: now }, now);
}

/** It was looked after; the next look is due then, or never where that is absent. */
export const looked = (file: TicketFile, lookTime: Date | undefined, now: Date): TicketFile =>
  amend(file, { lookTime }, now);
