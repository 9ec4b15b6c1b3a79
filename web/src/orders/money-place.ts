import { type Order, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import {
  DisputeOutcome,
  type Payment,
  PaymentAction,
  PaymentStatus,
} from "@ticketing/proto/payments/v1/payment";

/** Where the money of an order is. */
export type MoneyPlace =
  | "not_taken"
  /** The buyer's bank holds it for us. */
  | "held"
  /** With us. */
  | "taken"
  /** With us, since the payment provider did not accept the refund. */
  | "refund_refused"
  /** With the card network, which decides who gets it. */
  | "disputed"
  /** The buyer got it back by a dispute. */
  | "charged_back"
  | "refund_pending"
  | "refunded"
  /** With us again: the buyer's bank returned the refund. */
  | "refund_failed";

const places: Partial<Record<PaymentStatus, MoneyPlace>> = {
  [PaymentStatus.REQUIRES_PAYMENT]: "not_taken",
  [PaymentStatus.AUTHORIZED]: "held",
  [PaymentStatus.VOIDED]: "not_taken",
  [PaymentStatus.FAILED]: "not_taken",
  [PaymentStatus.REFUNDED]: "refunded",
  [PaymentStatus.REFUND_PENDING]: "refund_pending",
};
/** The money is with us, unless a dispute took it. */
const WITH_US = [PaymentStatus.CAPTURED, PaymentStatus.REFUND_FAILED];

/**
 * Where the money is by the order's payment; "none": the order has no payment. Undefined for a status of a newer
 * release.
 */
export function placeOf(payment: Payment | "none"): MoneyPlace | undefined {
  if (payment === "none") return "not_taken";
  if (!WITH_US.includes(payment.status)) return places[payment.status];
  if (payment.disputedTime && !payment.disputeClosedTime) return "disputed";
  if (isDisputeLost(payment)) return "charged_back";
  if (payment.status === PaymentStatus.REFUND_FAILED) return "refund_failed";
  return payment.refusal?.action === PaymentAction.REFUND ? "refund_refused" : "taken";
}

/** A process of the release before sends the outcome only as a text. */
const isDisputeLost = ({ closedDisputeOutcome, disputeOutcome }: Payment): boolean =>
  closedDisputeOutcome === DisputeOutcome.LOST || disputeOutcome === "lost";

/**
 * Whether the payment of a complete order says more than that it was paid: the money left us, or should and did not.
 */
export function saysMoreThanPaid(
  { refundRequestedTime, refundRefusedTime }: Order,
  place: MoneyPlace,
): boolean {
  if (["refunded", "refund_pending", "disputed", "charged_back"].includes(place)) return true;
  const waits = refundRequestedTime !== undefined && refundRefusedTime === undefined;
  return place === "refund_failed" || (place === "refund_refused" && waits);
}

const { CHARGE_DISPUTED, REFUSED_BY_PROVIDER, UNSPECIFIED } = RefundRefusalReason;
/** How often a refund of one order may be asked for. */
const MAX_REFUND_REQUESTS = 10;

/** Whether a refused refund can be asked for again. The orders service has the same rule and decides. */
export function mayAskAgain({ refundRefusalReason, timeline }: Order): boolean {
  const asked = timeline.filter(({ transition }) => transition.case === "orderRefundRequested").length;
  return [CHARGE_DISPUTED, REFUSED_BY_PROVIDER].includes(refundRefusalReason) && asked < MAX_REFUND_REQUESTS;
}

/** Whether the dispute that stopped a refund has ended with the money on our side. */
export const isDisputeOver = ({ refundRefusalReason }: Order, place: MoneyPlace | undefined): boolean =>
  refundRefusalReason === CHARGE_DISPUTED && (place === "taken" || place === "refund_refused");

/**
 * The reason to show for a refused refund. Once a dispute is over: none if the refund can be asked for again,
 * UNSPECIFIED if it was asked for too often.
 */
export function refusalToTell(order: Order, place: MoneyPlace | undefined): RefundRefusalReason | undefined {
  if (!isDisputeOver(order, place)) return order.refundRefusalReason;
  return mayAskAgain(order) ? undefined : UNSPECIFIED;
}

/** Whether the money stays at this place. */
export const isSettledPlace = (place: MoneyPlace): boolean =>
  ["not_taken", "refunded", "charged_back"].includes(place);
