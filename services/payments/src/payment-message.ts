import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PaymentAction, type PaymentSchema, PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { moneyInit } from "@ticketing/runtime/values/money";
import { disputeOutcomeOf } from "./disputes.ts";
import type { Payment, StripeAction } from "./payment.ts";

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
});

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
