import { DeliveryKind } from "@ticketing/proto/deliveries/v1/delivery";
import type {
  DeliverTicketRequest,
  OpenTicketResponse,
} from "@ticketing/proto/deliveries/v1/delivery_service";
import type { Sealing } from "@ticketing/runtime/documents/sealed-text";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { DeliveredContent, Delivery } from "./delivery.ts";

/** What a seller delivers, in the clear: only for as long as a call takes. */
export interface PlainContent {
  kind: DeliveredContent["kind"];
  text: string;
}

/** What a call delivers. Throws LINK_NOT_ALLOWED. */
export function contentOf({ content }: DeliverTicketRequest): PlainContent {
  if (content.case === "link") return { kind: DeliveryKind.LINK, text: requireLink(content.value) };
  if (content.case === "transferNote") return { kind: DeliveryKind.TRANSFER, text: content.value };
  throw new Error("a validated request delivers something");
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

/** A content is readable at its own order and as its own kind alone. */
const placeOf = (orderId: string, kind: DeliveryKind) => `delivery/${orderId}/${DeliveryKind[kind]}`;

/** The content as it is stored with an order's delivery. */
export const sealContent = (
  sealing: Sealing,
  orderId: string,
  { kind, text }: PlainContent,
): DeliveredContent => ({
  kind,
  sealed: sealing.seal(text, placeOf(orderId, kind)),
});

/** Whether this is what was delivered last. What no key opens any more is not, so that its seller can replace it. */
export const isDelivered = (
  sealing: Sealing,
  { _id, content }: Delivery,
  { kind, text }: PlainContent,
): boolean =>
  content?.kind === kind &&
  sealing.canUnseal(content.sealed) &&
  sealing.unseal(content.sealed, placeOf(_id, kind)) === text;

/** The content as the buyer gets it. */
export function openedContent(
  sealing: Sealing,
  orderId: string,
  { kind, sealed }: DeliveredContent,
): OpenTicketResponse["content"] {
  const value = sealing.unseal(sealed, placeOf(orderId, kind));
  return kind === DeliveryKind.LINK ? { case: "link", value } : { case: "transferNote", value };
}
