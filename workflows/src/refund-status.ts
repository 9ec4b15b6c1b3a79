import { DisputeStatus, type Payment, PaymentStatus } from "@ticketing/proto/payments/v1/payment";

/** Disputes after which the cardholder has the money. */
const LOST = [DisputeStatus.LOST, DisputeStatus.PREVENTED];

/** Whether banks gave the buyer all that was left of the charge: Stripe makes no refund of it any more. */
export function isChargedBack({
  amount: charged,
  amountRefunded,
  disputes,
}: Pick<Payment, "amount" | "amountRefunded" | "disputes">): boolean {
  if (!charged) return false;
  const lost = disputes.filter(
    ({ status, amount }) => LOST.includes(status) && amount?.currency === charged.currency,
  );
  const given = lost.reduce((sum, { amount }) => sum + (amount?.minorUnits ?? 0n), amountRefunded);
  return lost.length > 0 && given >= charged.minorUnits;
}

/** Whether a payment's money went back, or Stripe has accepted that it does. */
export const isRefundAccepted = (status: PaymentStatus): boolean =>
  status === PaymentStatus.REFUNDED || status === PaymentStatus.REFUND_PENDING;
