import { DeliveryKind, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryEventSchema } from "@ticketing/proto/deliveries/v1/delivery_events";
import type { SealedText } from "@ticketing/runtime/documents/sealed-text";
import {
  type Aggregate,
  amend,
  type TransitionType,
  transitionsOf,
} from "@ticketing/runtime/documents/transition";
import { isOver } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { knownBarcodes } from "./barcodes/known-barcodes.ts";
import type { TakenFile } from "./files/take-upload.ts";
import { askIssuer, type Issue, isIssuers, returnToIssuer } from "./issuer/issue.ts";
import { nextReminder, reminderAfterMove } from "./reminders.ts";

const { begin, advance } = transitionsOf(DeliveryEventSchema);

/** What the seller delivered: nobody but the buyer sees it, and it is stored sealed. */
export type DeliveredContent = SealedWords | SealedUpload;

/** A link, or the word of a transfer. */
export interface SealedWords {
  kind: DeliveryKind.LINK | DeliveryKind.TRANSFER;
  sealed: SealedText;
}

/** A file: its ciphertext is in the object store. */
export interface SealedUpload {
  kind: DeliveryKind.FILE;
  /** By which the seller delivered it: a repeat names the same. */
  uploadId: string;
  file: TakenFile;
  /** The ticket that it was added to while that was listed; absent: it was delivered for the order. */
  ticketId?: string;
}

/** How the ticket of one complete order comes to its buyer. Its id is the order's. */
export interface Delivery extends Aggregate<TransitionType<typeof DeliveryEventSchema>> {
  buyerId: string;
  sellerId: string;
  status: DeliveryStatus;
  deliverBy: Date;
  /** Whether the seller has to deliver: what is due is found by it. */
  isDue: boolean;
  /**
   * When the seller is reminded next, while the ticket is awaited in time. Absent after the last reminder, and in
   * deliveries of the release before, which reminds nobody, until they are moved.
   */
  remindTime?: Date | undefined;
  /** What the issuer of the ticket is asked; absent where none is. */
  issue?: Issue;
  /** When the issuer is asked next; absent where it is not. */
  issueTime?: Date | undefined;
  /** How often the seller was reminded; absent until then. */
  reminders?: number;
  /** When the seller was reminded, the last time. */
  remindedTime?: Date;
  /** How long before `deliverBy` that was due, in milliseconds; absent once the ticket has to be there at another time. */
  remindedLeadMs?: number | undefined;
  /** The newest version of the order that is known here. */
  orderVersion: number;
  /** When the order was known to be complete. */
  completedTime: Date;
  /** Absent again once the delivery is cancelled: nobody is to see it any more. */
  content?: DeliveredContent | undefined;
  deliveredTime?: Date;
  /**
   * The ids of the barcodes in what was replaced after the buyer had opened the ticket, and, once the delivery is
   * cancelled, in what was delivered then.
   */
  shownBarcodes?: string[];
  /** How often the seller delivered. */
  deliveries: number;
  confirmedTime?: Date;
  openingCount: number;
  /** The newest, oldest first. */
  openings: Date[];
  createTime: Date;
}

/** What is told of a complete order. */
export interface SoldOrder {
  _id: string;
  buyerId: string;
  sellerId: string;
  version: number;
  /** Of its event. */
  startTime: Date;
  refunded: boolean;
}

/** How long sellers have, and when they are reminded. In milliseconds. */
export interface DeliveryTerms {
  /** Before the start it has to be there. */
  leadMs: number;
  /** At least, but not past the start. */
  leastTimeMs: number;
  /** How long before the ticket has to be there each reminder is. */
  reminderLeadsMs: readonly number[];
  /** Whether an issuer makes out what is sold with its file. */
  hasIssuer: boolean;
}

const MAX_DELIVERIES = 21;
const KEPT_OPENINGS = 20;
/** So long after the start of its event an order still gets a delivery. */
const LATEST_MS = 86_400_000;

const statusName = (status: DeliveryStatus): string => DeliveryStatus[status] ?? "UNSPECIFIED";

/** Some time before the start; where that is over soon, shortly after the order was complete; never after the start. */
export function deliverByOf(
  completed: Date,
  start: Date,
  { leadMs, leastTimeMs }: Pick<DeliveryTerms, "leadMs" | "leastTimeMs">,
): Date {
  const usual = start.getTime() - leadMs;
  const least = completed.getTime() + leastTimeMs;
  return new Date(Math.min(start.getTime(), Math.max(usual, least)));
}

/**
 * Whether an order that has no delivery gets one. A sale may be paid, or heard of, some time after the start; what was
 * sold for an event that began long ago came another way, or never.
 */
export const isToDeliver = ({ startTime }: SoldOrder, now: Date): boolean =>
  !isOver(new Date(startTime.getTime() + LATEST_MS), now);

/**
 * The delivery of an order as it becomes known: awaited, delivered at once with the file that the ticket was sold with,
 * being made out by its issuer, or ended already. Events come in any order, and what told of the refund is not told again.
 */
export function openDelivery(
  order: SoldOrder,
  upload: SealedUpload | undefined,
  terms: DeliveryTerms,
  now: Date,
): Delivery {
  const awaited = awaitDelivery(order, terms, now);
  return order.refunded ? cancel(awaited, {}, now) : deliverSold(awaited, upload, terms, now);
}

/**
 * The ticket was sold with this file: it is delivered, or made out to the buyer where there is an issuer. What was
 * delivered already, ended, or is the issuer's to make out or was refused by it, stays as it is.
 */
export function deliverSold(
  delivery: Delivery,
  upload: SealedUpload | undefined,
  { hasIssuer }: Pick<DeliveryTerms, "hasIssuer">,
  now: Date,
): Delivery {
  if (!upload || !isAwaited(delivery) || delivery.issue) return delivery;
  return hasIssuer ? askIssuer(delivery, upload, now) : deliver(delivery, upload, now);
}

/** Whether the seller has to deliver: in time, or late. */
export const isAwaited = ({ status }: Pick<Delivery, "status">): boolean =>
  [DeliveryStatus.AWAITING_SELLER, DeliveryStatus.OVERDUE].includes(status);

/** Whether it was delivered with the file of its listing, or what the issuer makes out of it, which stays. */
export const isSoldWithFile = ({ content, issue }: Pick<Delivery, "content" | "issue">): boolean =>
  (content?.kind === DeliveryKind.FILE && content.ticketId !== undefined) || isIssuers({ issue });

/** The order is complete: its seller has to deliver. */
export function awaitDelivery(order: SoldOrder, terms: DeliveryTerms, now: Date): Delivery {
  const { _id, buyerId, sellerId, version, startTime } = order;
  const deliverBy = deliverByOf(now, startTime, terms);
  const awaited = {
    ...{ _id, buyerId, sellerId, orderVersion: version, completedTime: now, createTime: now },
    ...{ status: DeliveryStatus.AWAITING_SELLER, isDue: true, deliveries: 0, openingCount: 0, openings: [] },
    ...{ deliverBy, remindTime: nextReminder(deliverBy, terms.reminderLeadsMs, now) },
  };
  return begin(awaited, { case: "deliveryAwaited", value: {} }, now);
}

/**
 * Takes over what the order has become: the delivery ends when the money went back, and follows the event to its new
 * start. Older news change nothing; the very next version is not even stored where it brings nothing new, such as that the
 * ticket was opened: all that is older than that one is known.
 */
export function followOrder(delivery: Delivery, order: SoldOrder, terms: DeliveryTerms, now: Date): Delivery {
  if (order.version <= delivery.orderVersion) return delivery;
  const known = { orderVersion: order.version };
  const unchanged = () =>
    order.version === delivery.orderVersion + 1 ? delivery : amend(delivery, known, now);
  if (delivery.status === DeliveryStatus.CANCELLED) return unchanged();
  if (order.refunded) return cancel(delivery, known, now);
  const deliverBy = deliverByOf(delivery.completedTime, order.startTime, terms);
  if (deliverBy.getTime() === delivery.deliverBy.getTime()) return unchanged();
  const isTimely = delivery.status === DeliveryStatus.OVERDUE && !isOver(deliverBy, now);
  const changes = {
    ...known,
    deliverBy,
    ...reminderAfterMove(delivery, deliverBy, terms.reminderLeadsMs, now),
    ...(isTimely && { status: DeliveryStatus.AWAITING_SELLER }),
  };
  return advance(delivery, { case: "deliveryMoved", value: {} }, now, changes);
}

/** The money went back: nothing is to be delivered, and nothing of the ticket is kept but which barcodes it had. */
function cancel(delivery: Delivery, known: Partial<Delivery>, now: Date): Delivery {
  const shownBarcodes = knownBarcodes(delivery);
  const had = shownBarcodes.length > 0 && { shownBarcodes };
  const ended = {
    ...{ ...known, ...had, ...returnToIssuer(delivery, now) },
    ...{ status: DeliveryStatus.CANCELLED, isDue: false, content: undefined },
  };
  return advance(delivery, { case: "deliveryCancelled", value: {} }, now, ended);
}

/** The delivery, for its buyer and its seller. Throws NOT_YOUR_DELIVERY. */
export function requireParty(delivery: Delivery, userId: string): Delivery {
  if (userId !== delivery.buyerId && userId !== delivery.sellerId) throw notYours();
  return delivery;
}

/** The delivery, for its buyer alone. Throws NOT_YOUR_DELIVERY. */
export function requireBuyer(delivery: Delivery, userId: string): Delivery {
  if (userId !== delivery.buyerId) throw notYours();
  return delivery;
}

/** The delivery, for its seller alone. Throws NOT_YOUR_DELIVERY. */
export function requireSeller(delivery: Delivery, userId: string): Delivery {
  if (userId !== delivery.sellerId) throw notYours();
  return delivery;
}

const notYours = () => new DomainError("NOT_YOUR_DELIVERY", "this is for somebody else to see or do");

const ended = ({ status }: Delivery) =>
  new DomainError("DELIVERY_ENDED", "this delivery has ended", { status: statusName(status) });

/**
 * The seller delivers, for the first time or anew: in time, or late. Throws as {@link requireOpen}.
 */
export function deliver(delivery: Delivery, content: DeliveredContent, now: Date): Delivery {
  requireOpen(delivery);
  return advance(delivery, { case: "deliveryMade", value: { kind: content.kind } }, now, {
    status: DeliveryStatus.DELIVERED,
    isDue: false,
    content,
    ...(delivery.openingCount > 0 && { shownBarcodes: knownBarcodes(delivery) }),
    deliveredTime: now,
    deliveries: delivery.deliveries + 1,
  });
}

/** Throws DELIVERY_ENDED, SOLD_WITH_FILE or TOO_MANY_REPLACEMENTS where nothing can be delivered any more. */
export function requireOpen(delivery: Delivery): void {
  if ([DeliveryStatus.CONFIRMED, DeliveryStatus.CANCELLED].includes(delivery.status)) throw ended(delivery);
  if (isSoldWithFile(delivery)) {
    throw new DomainError("SOLD_WITH_FILE", "the ticket was sold with its file, which stays");
  }
  if (delivery.deliveries >= MAX_DELIVERIES) {
    throw new DomainError("TOO_MANY_REPLACEMENTS", "what was delivered was replaced too often");
  }
}

/** What was delivered, for whom it may be shown to. Throws DELIVERY_ENDED or TICKET_NOT_DELIVERED. */
export function requireDelivered(delivery: Delivery): DeliveredContent {
  if (delivery.status === DeliveryStatus.CANCELLED) throw ended(delivery);
  if (delivery.content) return delivery.content;
  const facts = { deliverBy: delivery.deliverBy.toISOString() };
  throw new DomainError("TICKET_NOT_DELIVERED", "the seller has not delivered the ticket yet", facts);
}

/** The buyer sees the ticket. Throws as {@link requireDelivered}. */
export function recordOpening(delivery: Delivery, now: Date): Delivery {
  requireDelivered(delivery);
  const openings = [...delivery.openings, now].slice(-KEPT_OPENINGS);
  return amend(delivery, { openings, openingCount: delivery.openingCount + 1 }, now);
}

/** The buyer says that the ticket arrived. Said already: nothing changes. Throws as {@link requireDelivered}. */
export function confirm(delivery: Delivery, now: Date): Delivery {
  requireDelivered(delivery);
  if (delivery.status === DeliveryStatus.CONFIRMED) return delivery;
  const confirmed = { status: DeliveryStatus.CONFIRMED, confirmedTime: now };
  return advance(delivery, { case: "deliveryConfirmed", value: {} }, now, confirmed);
}

/** The seller did not deliver in time. One that is not due, or not yet, stays what it is. */
export function markOverdue(delivery: Delivery, now: Date): Delivery {
  const isLate = delivery.status === DeliveryStatus.AWAITING_SELLER && isOver(delivery.deliverBy, now);
  if (!isLate) return delivery;
  return advance(delivery, { case: "deliveryOverdue", value: {} }, now, { status: DeliveryStatus.OVERDUE });
}
