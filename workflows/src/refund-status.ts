import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";

/** Whether a payment's money went back, or Stripe has accepted that it does. */
export const isRefundAccepted = (status: PaymentStatus): boolean =>
  status === PaymentStatus.REFUNDED || status === PaymentStatus.REFUND_PENDING;
