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
  /** The buyer's again, by a dispute. */
  | "charged_back"
  | "refund_pending"
  | "refunded"
  /** With us again. */
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

/** By what the order's payment says; "none" is an order that has none. Undefined for a status of later. */
export function placeOf(payment: Payment | "none"): MoneyPlace | undefined {
  if (payment === "none") return "not_taken";
  if (!WITH_US.includes(payment.status)) return places[payment.status];
  if (payment.disputedTime && !payment.disputeClosedTime) return "disputed";
  if (payment.closedDisputeOutcome === DisputeOutcome.LOST) return "charged_back";
  if (payment.status === PaymentStatus.REFUND_FAILED) return "refund_failed";
  return payment.refusal?.action === PaymentAction.REFUND ? "refund_refused" : "taken";
}

/** What a complete order's own words leave open: that its money is not ours, or not yet the buyer's again. */
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

/** Whether a refund that was asked for has ended so that it can be asked for again, as orders decides it. */
export function mayAskAgain({ refundRefusalReason, timeline }: Order): boolean {
  const asked = timeline.filter(({ transition }) => transition.case === "orderRefundRequested").length;
  return [CHARGE_DISPUTED, REFUSED_BY_PROVIDER].includes(refundRefusalReason) && asked < MAX_REFUND_REQUESTS;
}

/** Whether the dispute that stopped a refund has ended, and the money is ours. */
export const isDisputeOver = ({ refundRefusalReason }: Order, place: MoneyPlace | undefined): boolean =>
  refundRefusalReason === CHARGE_DISPUTED && (place === "taken" || place === "refund_refused");

/**
 * The reason that is told of a refund that was refused: none once it is over and the refund can be asked for again,
 * UNSPECIFIED once it is over and was asked for too often.
 */
export function refusalToTell(order: Order, place: MoneyPlace | undefined): RefundRefusalReason | undefined {
  if (!isDisputeOver(order, place)) return order.refundRefusalReason;
  return mayAskAgain(order) ? undefined : UNSPECIFIED;
}

/** Whether nothing is under way any more that would change the place. */
export const isSettledPlace = (place: MoneyPlace): boolean =>
  ["not_taken", "refunded", "charged_back"].includes(place);
