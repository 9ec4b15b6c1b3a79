import { type Order, OrderStatus, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { EarningHoldReason } from "@ticketing/proto/payouts/v1/earning";

/** What of an order decides whether its seller is paid. */
export type JudgedOrder = Pick<Order, "status"> & {
  refundRequestedTime?: unknown;
  refundRefusalReason?: RefundRefusalReason;
  ticket?: { event?: { cancelled: boolean } | undefined } | undefined;
};

/** What Stripe has just shown of the buyer's charge; amounts in minor units. */
export interface JudgedCharge {
  providerChargeId: string;
  amountReceived: bigint;
  amountRefunded: bigint;
  disputed: boolean;
}

/** What is to be done about a released earning. */
export type Decision =
  | { next: "transfer"; chargeId: string }
  | {
      next: "block";
      reason: EarningHoldReason.REFUND | EarningHoldReason.DISPUTE | EarningHoldReason.CHARGE;
    };

const keptBy = (reason: Extract<Decision, { next: "block" }>["reason"]): Decision => ({
  next: "block",
  reason,
});

/**
 * What becomes of a released earning. `charge`: undefined where no money was taken. From the top, the first that holds:
 *
 * | order and charge | the earning |
 * | --- | --- |
 * | not complete any more, or a refund was asked for and not left to the bank | waits for the refund |
 * | the event does not take place | waits for the refund that follows |
 * | no money was taken, or not the price | an operator looks |
 * | the bank disputes the charge, or has won | waits |
 * | some of it went back past the order | an operator looks |
 * | none of these | is transferred |
 */
export function decide(order: JudgedOrder, charge: JudgedCharge | undefined, price: bigint): Decision {
  // The request stays on the order for good, also if the bank then decides for the seller.
  const isLeftToBank = order.refundRefusalReason === RefundRefusalReason.CHARGE_DISPUTED;
  const isAskedBack = order.refundRequestedTime && !isLeftToBank;
  if (order.status !== OrderStatus.COMPLETE || isAskedBack) return keptBy(EarningHoldReason.REFUND);
  if (order.ticket?.event?.cancelled) return keptBy(EarningHoldReason.REFUND);
  if (!charge || charge.amountReceived !== price) return keptBy(EarningHoldReason.CHARGE);
  if (charge.disputed) return keptBy(EarningHoldReason.DISPUTE);
  if (charge.amountRefunded > 0n) return keptBy(EarningHoldReason.CHARGE);
  return { next: "transfer", chargeId: charge.providerChargeId };
}
