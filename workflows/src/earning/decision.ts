import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
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

/** What decides, as it is now. */
export interface Judged {
  order: JudgedOrder;
  /** Undefined where no money was taken. */
  charge: JudgedCharge | undefined;
  /** Undefined where no delivery was made, since the sale was heard of long after its event began. */
  delivery: DeliveryStatus | undefined;
  /** An operator has decided so. */
  saleStands: boolean;
  /** So an operator has of each refund that people made past the services, and but for parts no other was made. */
  refundsAccepted: boolean;
}

/** What keeps a released earning, of that which its workflow sees. */
export type KeptBy =
  | EarningHoldReason.REFUND
  | EarningHoldReason.DISPUTE
  | EarningHoldReason.CHARGE
  | EarningHoldReason.DELIVERY;

/** What is to be done about a released earning. */
export type Decision = { next: "transfer"; chargeId: string } | { next: "block"; reason: KeptBy };

const keptBy = (reason: KeptBy): Decision => ({ next: "block", reason });

const DELIVERED: readonly DeliveryStatus[] = [DeliveryStatus.DELIVERED, DeliveryStatus.CONFIRMED];

/**
 * What becomes of a released earning of this price and net amount, in minor units. From the top, the first that holds:
 *
 * | order, charge and delivery | the earning |
 * | --- | --- |
 * | not complete any more, or a refund was asked for and not left to the bank | waits for the refund |
 * | the event does not take place | waits for the refund that follows |
 * | no money was taken, or not the price | an operator looks |
 * | the bank disputes the charge, or has won | waits |
 * | some of it went back, but for parts, unless an operator accepted that and the net amount is left | an operator looks |
 * | not delivered, and no operator has decided that the sale stands | waits for the delivery |
 * | none of these | is transferred |
 *
 * A sale for which no delivery was made counts as delivered: nobody asked its seller to deliver, and its buyer had the
 * time for complaints.
 */
export function decide(
  { order, charge, delivery, saleStands, refundsAccepted }: Judged,
  { price, net }: { price: bigint; net: bigint },
): Decision {
  // The request stays on the order for good, also if the bank then decides for the seller.
  const isLeftToBank = order.refundRefusalReason === RefundRefusalReason.CHARGE_DISPUTED;
  const isAskedBack = order.refundRequestedTime && !isLeftToBank;
  if (order.status !== OrderStatus.COMPLETE || isAskedBack) return keptBy(EarningHoldReason.REFUND);
  if (order.ticket?.event?.cancelled) return keptBy(EarningHoldReason.REFUND);
  if (!charge || charge.amountReceived !== price) return keptBy(EarningHoldReason.CHARGE);
  if (charge.disputed) return keptBy(EarningHoldReason.DISPUTE);
  const isLeft = refundsAccepted && charge.amountReceived - charge.amountRefunded >= net;
  if (charge.amountRefunded > 0n && !isLeft) return keptBy(EarningHoldReason.CHARGE);
  const isDelivered = delivery === undefined || DELIVERED.includes(delivery);
  if (!isDelivered && !saleStands) return keptBy(EarningHoldReason.DELIVERY);
  return { next: "transfer", chargeId: charge.providerChargeId };
}
