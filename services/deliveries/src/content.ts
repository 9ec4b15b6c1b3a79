import type { MessageInitShape } from "@bufbuild/protobuf";
import { DeliveryKind } from "@ticketing/proto/deliveries/v1/delivery";
import type {
  DeliverTicketRequest,
  OpenTicketResponseSchema,
} from "@ticketing/proto/deliveries/v1/delivery_service";
import type { Sealing } from "@ticketing/runtime/documents/sealed-text";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { DeliveredContent, Delivery, SealedUpload } from "./delivery.ts";
import type { Files } from "./files/files.ts";
import type { TakenFile } from "./files/take-upload.ts";
import type { TicketFile } from "./ticket-file.ts";

/** What a seller delivers: a text in the clear, only for as long as a call takes, or what they have uploaded. */
export type PlainContent =
  | { kind: DeliveryKind.LINK | DeliveryKind.TRANSFER; text: string }
  | { kind: DeliveryKind.FILE; uploadId: string };

/** What a call delivers. Throws LINK_NOT_ALLOWED. */
export function contentOf({ content }: DeliverTicketRequest): PlainContent {
  switch (content.case) {
    case "link":
      return { kind: DeliveryKind.LINK, text: requireLink(content.value) };
    case "transferNote":
      return { kind: DeliveryKind.TRANSFER, text: content.value };
    case "uploadId":
      return { kind: DeliveryKind.FILE, uploadId: content.value };
    default:
      throw new Error("a validated request delivers something");
  }
}

/**
 * The link in the form that browsers give it. One with a user name shows another host at its beginning than the one that
 * it leads to. Throws LINK_NOT_ALLOWED; the error says nothing of the link.
 */
function requireLink(link: string): string {
  const url = URL.parse(link);
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") {
    throw new DomainError("LINK_NOT_ALLOWED", "a link begins with https:// and has no user name or password");
  }
  return url.href;
}

/** A content is readable at its own order and as its own kind alone; the file of a listing at its own ticket. */
const placeOf = (orderId: string, kind: DeliveryKind) => `delivery/${orderId}/${DeliveryKind[kind]}`;
const placeAtTicket = (ticketId: string) => `ticket/${ticketId}/FILE`;

interface Means {
  sealing: Sealing;
  files: Files;
}

/**
 * The content as it is stored with an order's delivery; of a file that was uploaded its ciphertext is stored. Throws
 * FILE_REFUSED, UPLOAD_MISSING, TOO_MANY_UPLOADS or FILES_UNAVAILABLE, and the signal's reason.
 */
export async function sealContent(
  { sealing, files }: Means,
  { _id: orderId, sellerId }: Pick<Delivery, "_id" | "sellerId">,
  content: PlainContent,
  signal: AbortSignal,
): Promise<DeliveredContent> {
  const { kind } = content;
  if (kind === DeliveryKind.FILE) {
    const { uploadId } = content;
    const place = placeOf(orderId, kind);
    return {
      kind,
      uploadId,
      file: await files.take({ uploadId, ownerId: orderId, sellerId, place }, signal),
    };
  }
  return { kind, sealed: sealing.seal(content.text, placeOf(orderId, kind)) };
}

/** An upload for a listed ticket as it is stored. Throws as {@link sealContent}. */
export const sealTicketFile = (
  files: Files,
  { _id: ticketId, sellerId }: Pick<TicketFile, "_id" | "sellerId">,
  uploadId: string,
  signal: AbortSignal,
): Promise<TakenFile> =>
  files.take({ uploadId, ownerId: ticketId, sellerId, place: placeAtTicket(ticketId) }, signal);

/**
 * The file of a listing that a ticket was sold with, in the clear: for its issuer alone. Throws FILES_UNAVAILABLE, also
 * where it is gone.
 */
export function readSoldFile(files: Pick<Files, "read">, { file, ticketId }: SealedUpload): Promise<Buffer> {
  if (!ticketId) throw new Error("this is no listing's file");
  return files.read(file, placeAtTicket(ticketId));
}

/** What an issuer made for an order's buyer, as it is stored. Throws FILE_REFUSED, TOO_MANY_UPLOADS or FILES_UNAVAILABLE. */
export const sealIssued = (
  files: Pick<Files, "keep">,
  orderId: string,
  issued: Uint8Array,
): Promise<TakenFile> => files.keep(issued, placeOf(orderId, DeliveryKind.FILE));

/** Whether this is what was delivered last. What no key opens any more is not, so that its seller can replace it. */
export function isDelivered(
  sealing: Sealing,
  { _id, content: there }: Delivery,
  content: PlainContent,
): boolean {
  if (!there || there.kind === DeliveryKind.FILE || content.kind === DeliveryKind.FILE) {
    return there?.kind === DeliveryKind.FILE && "uploadId" in content && there.uploadId === content.uploadId;
  }
  return (
    there.kind === content.kind &&
    sealing.canUnseal(there.sealed) &&
    sealing.unseal(there.sealed, placeOf(_id, there.kind)) === content.text
  );
}

/**
 * Deletes the file of a content that is not needed any more. Where that fails it only takes room: nothing names it. The
 * file of a listing goes with its ticket.
 */
export async function discardContent(
  files: Pick<Files, "discard">,
  content: DeliveredContent | undefined,
): Promise<void> {
  if (content?.kind === DeliveryKind.FILE && !content.ticketId)
    await files.discard(content.file).catch(() => undefined);
}

/** Deletes what a delivered content was uploaded as. Where that fails its age ends it. */
export async function discardUpload(
  files: Pick<Files, "discardUpload">,
  orderId: string,
  content: PlainContent,
): Promise<void> {
  if (content.kind !== DeliveryKind.FILE) return;
  await files.discardUpload(content.uploadId, orderId).catch(() => undefined);
}

/** The content as the buyer gets it. */
export async function openedContent(
  { sealing, files }: Means,
  orderId: string,
  content: DeliveredContent,
): Promise<MessageInitShape<typeof OpenTicketResponseSchema>["content"]> {
  if (content.kind === DeliveryKind.FILE) {
    const { file, ticketId } = content;
    const place = ticketId ? placeAtTicket(ticketId) : placeOf(orderId, content.kind);
    return { case: "file", value: await files.open(file, place) };
  }
  const value = sealing.unseal(content.sealed, placeOf(orderId, content.kind));
  return content.kind === DeliveryKind.LINK ? { case: "link", value } : { case: "transferNote", value };
}
