import { DeliveryKind, DeliveryStatus, TicketIssue } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryEventSchema } from "@ticketing/proto/deliveries/v1/delivery_events";
import { amend, transitionsOf } from "@ticketing/runtime/documents/transition";
import { isOver } from "@ticketing/runtime/process/clock";
import type { Delivery, SealedUpload } from "../delivery.ts";
import type { TakenFile } from "../files/take-upload.ts";

const { advance } = transitionsOf(DeliveryEventSchema);

/** What the issuer of a ticket is asked for a delivery, and what came of it. */
export type Issue =
  /** To make the ticket in this file out to the buyer. */
  | { status: "ASKED"; upload: SealedUpload }
  /** It did; or it never will, and the seller has to deliver. */
  | { status: "ISSUED" | "REFUSED" }
  /** It made something that is not taken: it is to take that back, and then the seller has to deliver. */
  | { status: "REJECTED" }
  /** To take that back; or it did. */
  | { status: "RETURNING" | "RETURNED" };

/** By which the issuer knows the sale: each order has its ticket made out once. */
export const issueKey = (orderId: string): string => `${orderId}:reissue:1`;

/** Whether the issuer makes the ticket out, or has, and has not taken it back: then nobody replaces it. */
export const isIssuers = ({ issue }: Pick<Delivery, "issue">): boolean =>
  issue?.status === "ASKED" || issue?.status === "ISSUED" || issue?.status === "REJECTED";

/** Whether the buyer sees, or has seen, what the issuer made, and never the seller's file. */
export const isMadeOut = ({ issue }: Pick<Delivery, "issue">): boolean =>
  issue !== undefined && issue.status !== "REFUSED";

/** As buyer and seller are told. */
export function issueOf({ issue }: Pick<Delivery, "issue">): TicketIssue {
  switch (issue?.status) {
    case "ASKED":
    case "REJECTED":
      return TicketIssue.ASKED;
    case "ISSUED":
      return TicketIssue.ISSUED;
    case "REFUSED":
      return TicketIssue.REFUSED;
    default:
      return TicketIssue.UNSPECIFIED;
  }
}

/** The ticket was sold with this file: the issuer is to make it out anew, and the seller has nothing to do. Once. */
export const askIssuer = (delivery: Delivery, upload: SealedUpload, now: Date): Delivery =>
  delivery.issue
    ? delivery
    : amend(delivery, { issue: { status: "ASKED", upload }, issueTime: now, isDue: false }, now);

/** The issuer made the ticket out: it is delivered, in time or late. Not awaited any more: nothing changes. */
export function receiveIssued(delivery: Delivery, file: TakenFile, now: Date): Delivery {
  if (delivery.issue?.status !== "ASKED") return delivery;
  return advance(delivery, { case: "deliveryMade", value: { kind: DeliveryKind.FILE } }, now, {
    status: DeliveryStatus.DELIVERED,
    isDue: false,
    issue: { status: "ISSUED" },
    issueTime: undefined,
    content: { kind: DeliveryKind.FILE, uploadId: issueKey(delivery._id), file },
    deliveredTime: now,
    deliveries: delivery.deliveries + 1,
  });
}

/**
 * What the issuer made is not taken: nobody gets it, also where another process would have delivered it. Delivered or ended
 * already: nothing changes.
 */
export const rejectIssued = (delivery: Delivery, now: Date): Delivery =>
  delivery.issue?.status === "ASKED"
    ? amend(delivery, { issue: { status: "REJECTED" }, issueTime: now }, now)
    : delivery;

/** The issuer never makes it out, or has taken it back: the seller has to deliver. Ended meanwhile: nothing changes. */
export const receiveRefusal = (delivery: Delivery, now: Date): Delivery =>
  delivery.issue?.status === "ASKED" || delivery.issue?.status === "REJECTED"
    ? amend(delivery, { issue: { status: "REFUSED" }, issueTime: undefined, isDue: true }, now)
    : delivery;

/** What a delivery that ends asks of the issuer: to take back what it made, or may have made. */
export const returnToIssuer = (delivery: Delivery, now: Date): Partial<Delivery> =>
  isIssuers(delivery) ? { issue: { status: "RETURNING" }, issueTime: now } : {};

/** The issuer has taken it back. */
export const receiveReturn = (delivery: Delivery, now: Date): Delivery =>
  delivery.issue?.status === "RETURNING"
    ? amend(delivery, { issue: { status: "RETURNED" }, issueTime: undefined }, now)
    : delivery;

/** The issuer is asked now, and unless it answers again at that time. Not due: nothing changes. */
export const beginAsking = (delivery: Delivery, again: Date, now: Date): Delivery =>
  delivery.issueTime && isOver(delivery.issueTime, now)
    ? amend(delivery, { issueTime: again }, now)
    : delivery;
