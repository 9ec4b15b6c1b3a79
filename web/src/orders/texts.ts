import {
  CancellationReason,
  CompletionNote,
  OrderStatus,
  type OrderStep,
  RefundReason,
  RefundRefusalReason,
} from "@ticketing/proto/orders/v1/order";
import type { MoneyPlace } from "./money-place.ts";
import { whereMoneyIs } from "./money-texts.ts";

/** The status of an order, as lists show it. */
export const orderStatusNames: Readonly<Record<OrderStatus, string>> = {
  [OrderStatus.UNSPECIFIED]: "Unknown",
  [OrderStatus.AWAITING_PAYMENT]: "Awaiting payment",
  [OrderStatus.COMPLETE]: "Complete",
  [OrderStatus.CANCELLED]: "Cancelled",
  [OrderStatus.EXPIRED]: "Expired",
  [OrderStatus.REFUNDED]: "Refunded",
};

type Side = "buyer" | "seller";
type Told = Readonly<Record<Side, string>>;

const cancelled: Readonly<Record<CancellationReason, Told>> = {
  [CancellationReason.UNSPECIFIED]: { buyer: "The order was cancelled.", seller: "The order was cancelled." },
  [CancellationReason.BUYER]: {
    buyer: "The order was cancelled, as you asked.",
    seller: "The buyer cancelled. The ticket is for sale again.",
  },
  [CancellationReason.PAYMENT_FAILED]: {
    buyer: "No payment was made, so the order was cancelled.",
    seller: "The payment failed. The ticket is for sale again.",
  },
  [CancellationReason.CAPTURE_REFUSED]: {
    buyer: "Your bank refused the payment, so the order was cancelled.",
    seller: "The buyer's bank refused the payment after all. The ticket is for sale again.",
  },
  [CancellationReason.EVENT_CANCELLED]: {
    buyer: "The event was cancelled, and so was your order.",
    seller: "The event was cancelled, and so was the order.",
  },
};
/** Why money goes back without being asked for. */
const moneyOfCancelledEvent: Told = {
  buyer: "The event was cancelled; your money comes back.",
  seller: "The event was cancelled; the money goes back to the buyer.",
};
/** What was decided about a complaint. */
const moneyOfCase: Told = {
  buyer: "We looked into it and decided that your money comes back.",
  seller: "We looked into the complaint and decided that the money goes back to the buyer.",
};
/** Why money goes back for which the buyer did not ask. */
const unasked: Readonly<Partial<Record<RefundReason, Told>>> = {
  [RefundReason.EVENT_CANCELLED]: moneyOfCancelledEvent,
  [RefundReason.CASE]: moneyOfCase,
};
/** Why the money of a refund does not go back; unspecified: the reason is not known. */
const refundRefused: Readonly<Record<RefundRefusalReason, Told>> = {
  [RefundRefusalReason.UNSPECIFIED]: {
    buyer: "Your money could not be sent back. Our staff look into it.",
    seller: "The money could not be sent back to the buyer. Our staff look into it.",
  },
  [RefundRefusalReason.CHARGE_DISPUTED]: {
    buyer:
      "You or your bank disputed this payment, so we cannot refund it. Your bank decides about the money.",
    seller:
      "The buyer's bank disputes the payment, so it cannot be refunded. The bank decides about the money.",
  },
  [RefundRefusalReason.REFUSED_BY_PROVIDER]: {
    buyer: "Our payment partner did not accept the refund. Our staff look into it.",
    seller: "Our payment partner did not accept the refund. Our staff look into it.",
  },
  [RefundRefusalReason.NOTHING_CAPTURED]: {
    buyer:
      "We have not received a payment for this order, so there is nothing to refund. Our staff look into it.",
    seller: "No payment was received for this order, so there is nothing to refund. Our staff look into it.",
  },
  [RefundRefusalReason.REFUND_FAILED]: {
    buyer: "Your bank returned the refund to us, so you have not received it. Our staff look into it.",
    seller: "The buyer's bank returned the refund. Our staff look into it.",
  },
};

/** Why a refund was refused, as a sentence. */
export const refundRefusedText = (side: Side, reason: RefundRefusalReason): string =>
  // A newer release has reasons that this one does not know.
  (refundRefused[reason] ?? refundRefused[RefundRefusalReason.UNSPECIFIED])[side];

/** That a refund is under way, and why. */
export function refundingText(side: Side, reason: RefundReason): string {
  const underWay = { buyer: orderTexts.refundingBuyer, seller: orderTexts.refundingSeller }[side];
  const why = unasked[reason];
  if (!why) return underWay;
  return side === "buyer" ? `${why.buyer} ${orderTexts.toldHere}` : why.seller;
}

/** A step of an order in a sentence, as its buyer and as its seller read it. */
function told({ transition }: Pick<OrderStep, "transition">): Told {
  switch (transition.case) {
    case "orderCreated":
      return {
        buyer: "The ticket was held for you.",
        seller: "A buyer chose your ticket, and it was held for them.",
      };
    case "orderCancelRequested":
      if (transition.value.reason === CancellationReason.EVENT_CANCELLED)
        return { buyer: "The event was cancelled.", seller: "The event was cancelled." };
      return { buyer: "You asked to cancel.", seller: "The buyer asked to cancel." };
    case "orderCompleted":
      return {
        buyer: "You paid, and the ticket is yours.",
        seller: "The buyer paid, and the ticket is sold.",
      };
    case "orderCancelled":
      return cancelled[transition.value.reason] ?? cancelled[CancellationReason.UNSPECIFIED];
    case "orderExpired":
      return {
        buyer: "The time to pay ran out.",
        seller: "The buyer did not pay in time. The ticket is for sale again.",
      };
    case "orderRefundRequested":
      return (
        unasked[transition.value.reason] ?? {
          buyer: "You asked for your money back.",
          seller: "The buyer asked for the money back.",
        }
      );
    case "orderRefunded":
      return { buyer: "Your refund was made.", seller: "The buyer was refunded." };
    case "orderRefundRefused":
      return refundRefused[transition.value.reason] ?? refundRefused[RefundRefusalReason.UNSPECIFIED];
    case "orderEventMoved":
      return {
        buyer: "The event was moved to another time.",
        seller: "The event was moved to another time.",
      };
    case "orderTicketOpened":
      return {
        buyer: "You opened the ticket. It can no longer be given back without a reason.",
        seller: "The buyer opened the ticket. It can no longer be given back without a reason.",
      };
    case "orderPartRefunded":
      return {
        buyer: "You got a part of the price back. The ticket stays yours.",
        seller: "The buyer got a part of the price back. The ticket stays sold.",
      };
    case undefined:
      return { buyer: "The order changed.", seller: "The order changed." };
    default:
      return transition satisfies never;
  }
}

/**
 * A step of an order's timeline as sentences. To the buyer, the step that ended the order also says where the money is
 * now, if that is known (`money`).
 */
export function stepText(side: Side, step: Pick<OrderStep, "transition">, money?: MoneyPlace): string {
  const { transition } = step;
  const sentence = told(step)[side];
  const ended = transition.case === "orderCancelled" || transition.case === "orderExpired";
  if (side === "buyer" && money === "not_taken" && ended) {
    return `${sentence} ${whereMoneyIs.not_taken("")}`;
  }
  if (side === "buyer" && money === "refunded" && transition.case === "orderRefunded")
    return orderTexts.wentBack;
  const tooLate =
    transition.case === "orderCompleted" &&
    transition.value.note === CompletionNote.CANCEL_REQUESTED_AFTER_SALE;
  return tooLate ? `${sentence} ${orderTexts.cancelTooLate}` : sentence;
}

/** The words of orders and sales. */
export const orderTexts = {
  orders: "My orders",
  ordersLead: "The tickets that you bought, and those that we hold for you.",
  sales: "My sales",
  salesLead: "Orders for your tickets, and what you earned with them.",
  toSales: "My sales",
  toOrders: "My orders",
  toEarnings: "Earnings",
  whenPaid: "See when you are paid",
  noOrdersTitle: "No orders yet",
  noOrdersText: "When you choose a ticket, we hold it for you, and your order appears here.",
  browse: "See what is on",
  noSalesTitle: "No sales yet",
  noSalesText: "When somebody chooses one of your tickets, their order appears here.",
  sell: "Sell a ticket",
  order: "Order",
  sale: "Sale",
  number: "Order number",
  payNow: "Pay now",
  timeToPay: "Time to pay",
  earned: (money: string) => `You earned ${money}`,
  price: "The buyer pays",
  returned: "Went back to the buyer",
  partRefunded: {
    buyer: (money: string) => `${money} of it went back to you.`,
    seller: (money: string) => `${money} of it went back to the buyer.`,
  },
  fee: "Our fee",
  net: "You get",
  givenBack: (money: string) => `The buyer received ${money} back`,
  notGivenBack: (money: string) => `The buyer has not received ${money} back yet`,
  pending: (money: string) => `You get ${money} if the buyer pays`,
  total: "Total earned",
  totalSoFar: "Earned with the sales shown here",
  timeline: "What happened",
  wentBack: "Your money went back to your card.",
  cancelTooLate: "The request to cancel came after the sale.",
  awaitingBuyer: (at: string) => `Pay by ${at}, or the ticket is free for others again.`,
  awaitingSeller: (at: string) =>
    `The buyer has until ${at} to pay. Nobody else can buy the ticket in that time, and you cannot change it.`,
  awaitingBuyerTitle: "This ticket is held for you",
  awaitingSellerTitle: "The buyer is paying",
  timeUp: "The time to pay is over. We are looking for a payment that was made in time.",
  announceLeft: (remaining: string) => `${remaining} left to pay.`,
  cancelling: "Your order is being cancelled.",
  cancellingForEvent: "The event was cancelled, and your order is being cancelled.",
  cancel: "Cancel order",
  cancelTitle: "Cancel this order?",
  cancelText: "Others can buy the ticket at once. You pay nothing, unless you have paid already.",
  keep: "Keep the ticket",
  refund: "Get a refund",
  refundTitle: (money: string) => `Give the ticket back for ${money}?`,
  refundText: "The money goes back to your card, and the ticket is for sale again. This cannot be undone.",
  refundForEventText: "The event was cancelled. The money goes back to your card.",
  confirmRefund: "Give it back",
  refundUntil: (at: string) => `You can give the ticket back until ${at}.`,
  refundAgainUntil: (at: string) => `You can ask for the refund again until ${at}.`,
  refundAgain: "Ask for the refund again",
  refundLeft: "Time to decide",
  refundOver: "The time for a refund is over.",
  openedNoRefund: "You opened the ticket, so it cannot be given back without a reason.",
  sellerRefundUntil: (at: string) => `The buyer may give the ticket back until ${at}.`,
  refundingTitle: "The refund is on its way",
  refundingBuyer: "Your money is being sent back. This page will tell you when that is done.",
  toldHere: "This page will tell you when that is done.",
  refundingSeller: "The money is being sent back to the buyer.",
  refundRefusedTitle: "The refund could not be made",
  refundedTitle: "Refunded",
  refundedBuyer: "This order was refunded.",
  refundedSeller: (money: string) => `${money} goes back to the buyer. The ticket is for sale again.`,
  refundedForCase: (money: string) =>
    `${money} goes back to the buyer, as was decided about the complaint. The ticket is not for sale again.`,
  refundedForEvent: (money: string) => `The event was cancelled. ${money} goes back to the buyer.`,
  becameStatus: (status: string) => `The order is now: ${status}.`,
  toTicket: "See the ticket",
  toYourTicket: "Your ticket",
};
