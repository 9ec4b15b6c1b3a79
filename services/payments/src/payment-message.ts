import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { PaymentSchema } from "@ticketing/proto/payments/v1/payment";
import type { Payment } from "./payment.ts";

/** The payment as its buyer and the lifecycle see it. */
export function paymentMessage(payment: Payment): MessageInitShape<typeof PaymentSchema> {
  const { authorizedTime, voidRequestedTime } = payment;
  return {
    id: payment._id,
    status: payment.status,
    amount: { minorUnits: BigInt(payment.amount.minorUnits), currency: payment.amount.currency },
    stripePaymentIntentId: payment.intentId ?? "",
    stripeRefundId: payment.refundId ?? "",
    authorizedTime: authorizedTime && timestampFromDate(authorizedTime),
    declines: payment.declines,
    voidRequestedTime: voidRequestedTime && timestampFromDate(voidRequestedTime),
    version: BigInt(payment.version),
    lastDeclineCode: payment.lastDeclineCode ?? "",
  };
}
