import {
  CancellationReason,
  RefundReason as RefundReasonValue,
  RefundRefusalReason,
} from "@ticketing/proto/orders/v1/order";

// As orders are stored: the contracts' values by their names in lower case.
export type CancelReason = "buyer" | "payment_failed" | "capture_refused" | "event_cancelled";
export type RefundReason = "buyer" | "event_cancelled" | "case";
export type RefundRefusal = "charge_disputed" | "refused_by_provider" | "nothing_captured" | "refund_failed";

export const cancellationReasonOf = (reason: CancelReason): CancellationReason =>
  CancellationReason[reason.toUpperCase() as Uppercase<CancelReason>];

export const refundReasonOf = (reason: RefundReason): RefundReasonValue =>
  RefundReasonValue[reason.toUpperCase() as Uppercase<RefundReason>];

export const refundRefusalReasonOf = (reason: RefundRefusal): RefundRefusalReason =>
  RefundRefusalReason[reason.toUpperCase() as Uppercase<RefundRefusal>];
