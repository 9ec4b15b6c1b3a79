import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  DisputeStatus,
  PaymentAction,
  type PaymentSchema,
  PaymentStatus,
  RefundStatus,
} from "@ticketing/proto/payments/v1/payment";
import { moneyInit } from "@ticketing/runtime/values/money";
import { type Dispute, disputeOutcomeOf } from "./disputes.ts";
import { refundOfPart } from "./part-refunds.ts";
import type { Payment, StripeAction } from "./payment.ts";
import { disputesOf } from "./payment-disputes.ts";
import { amountRefunded, madeByHand, type Refund } from "./refunds.ts";

const { CREATE, CAPTURE, CANCEL, REFUND } = PaymentAction;

/** An action as the contract names it. */
export const actions: Record<StripeAction, PaymentAction> = {
  create: CREATE,
  capture: CAPTURE,
  cancel: CANCEL,
  refund: REFUND,
};

/** What other services learn of a payment by its events: its message has these fields by the same names. */
export const paymentState = (payment: Payment) => ({
  id: payment._id,
  status: payment.status,
  amount: moneyInit(payment.amount),
  declines: payment.declines,
  version: BigInt(payment.version),
  amountRefunded: BigInt(amountRefunded(payment.refunds)),
  disputes: disputesOf(payment).flatMap(disputeMessage),
  manualRefunds: madeByHand(payment.refunds).map(({ id, amount, status }) => ({
    providerRefundId: id,
    amount: BigInt(amount),
    status: refundStatus[status],
  })),
  partRefunds: (payment.parts ?? []).flatMap(({ id: partId, amount }) => {
    const refund = refundOfPart(payment, partId);
    if (!refund) return [];
    const { id, status, reason } = refund;
    const told = { providerRefundId: id, status: refundStatus[status], failureReason: reason ?? "" };
    return [{ partId, amount: BigInt(amount), ...told }];
  }),
});

const refundStatus: Record<Refund["status"], RefundStatus> = {
  underway: RefundStatus.UNDERWAY,
  succeeded: RefundStatus.SUCCEEDED,
  failed: RefundStatus.FAILED,
};

/** None of what only a refused refund tells of: it has no id yet. */
export function disputeMessage({ id, outcome, shown }: Dispute) {
  if (id === undefined) return [];
  const dueTime = shown?.evidenceDueTime;
  return [
    {
      providerDisputeId: id,
      providerReason: shown?.reason ?? "",
      amount: shown && moneyInit(shown.amount),
      status: disputeStatusOf(shown?.status ?? outcome ?? "needs_response"),
      evidenceDueTime: dueTime && timestampFromDate(dueTime),
      evidenceSubmitted: shown?.evidenceSubmitted ?? false,
    },
  ];
}

/** Stripe's word in the contract's, whose values have its names in capitals. */
function disputeStatusOf(status: string): DisputeStatus {
  const value: unknown = Object.entries(DisputeStatus).find(([name]) => name === status.toUpperCase())?.[1];
  return typeof value === "number" ? value : DisputeStatus.UNSPECIFIED;
}

/** The payment as its buyer and the lifecycle see it. */
export function paymentMessage(payment: Payment): MessageInitShape<typeof PaymentSchema> {
  const { authorizedTime, voidRequestedTime, disputedTime, disputeClosed, startFailedTime, refusal } =
    payment;
  const failed = payment.status === PaymentStatus.REFUND_FAILED;
  const refund = payment.refunds?.find(({ id }) => id === payment.refundId);
  return {
    ...paymentState(payment),
    stripePaymentIntentId: payment.intentId ?? "",
    stripeRefundId: payment.refundId ?? "",
    providerPaymentId: payment.intentId ?? "",
    providerRefundId: payment.refundId ?? "",
    authorizedTime: authorizedTime && timestampFromDate(authorizedTime),
    voidRequestedTime: voidRequestedTime && timestampFromDate(voidRequestedTime),
    lastDeclineCode: payment.lastDeclineCode ?? "",
    refusal: refusal && {
      action: actions[refusal.action],
      stripeCode: refusal.code,
      time: timestampFromDate(refusal.time),
    },
    refundFailureReason: failed ? (refund?.reason ?? "unknown") : "",
    disputedTime: disputedTime && timestampFromDate(disputedTime),
    disputeClosedTime: disputeClosed && timestampFromDate(disputeClosed.time),
    disputeOutcome: disputeClosed?.outcome ?? "",
    closedDisputeOutcome: disputeClosed && disputeOutcomeOf(disputeClosed.outcome),
    startFailedTime: startFailedTime && timestampFromDate(startFailedTime),
    clientSecretTime: payment.clientSecretTime && timestampFromDate(payment.clientSecretTime),
  };
}
