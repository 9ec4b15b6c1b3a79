import { CancellationReason } from "@ticketing/proto/orders/v1/order";
import { isolate } from "../format/isolate.ts";

interface Words {
  readonly title: string;
  readonly text: string;
}

/** The words of paying. */
export const checkoutTexts = {
  title: "Checkout",
  timeLeft: "We hold the ticket for another",
  announce: (remaining: string) => `${remaining} left to pay.`,
  seat: "Seat",
  when: "When",
  where: "Where",
  seller: "Seller",
  total: "Total",

  payment: "Payment",
  pay: (price: string) => `Pay ${price}`,
  paying: "Paying…",
  payNote: "The amount is held on your card first and taken when the ticket is yours.",
  questionTitle: "Your bank has a question",
  questionText:
    "An earlier attempt waits for your answer to your bank. Go on with it, or pay with another card.",
  answer: "Go on with your bank",

  confirmingTitle: "Payment received",
  confirmingText:
    "Your order is being completed. This takes a few seconds, and goes on if you leave this page.",
  timeUpTitle: "The time to pay is over",
  timeUpText: "One moment. If your payment was on time the order completes; otherwise nothing is charged.",
  endingTitle: "The order is being cancelled",
  endingText: "One moment. This page will show how the order ended.",

  completeTitle: "The ticket is yours",
  completeText: (event: string) => `Enjoy ${isolate(event)}! Your order is complete.`,
  tooLateToCancel:
    "You asked to cancel, but your payment had been completed by then. You can ask for a refund.",
  receipt: "Receipt",
  orderNumber: "Order number",
  paidOn: "Paid on",
  refundUntil: (time: string) => `If something is wrong you can ask for your money back until ${time}.`,
  print: "Print receipt",
  toOrder: "See the order",
  toStart: "See what else is on",

  expiredTitle: "The time to pay is over",
  expiredText: "Your hold has ended.",
  expiredUnpaid:
    "Your hold has ended and no money was taken. An amount that your bank shows as pending goes away by itself.",
  cancelled: {
    [CancellationReason.UNSPECIFIED]: { title: "Order cancelled", text: "" },
    [CancellationReason.BUYER]: { title: "Order cancelled", text: "As you asked." },
    [CancellationReason.PAYMENT_FAILED]: {
      title: "The payment did not work",
      text: "No payment was made, so the order was cancelled.",
    },
    [CancellationReason.CAPTURE_REFUSED]: {
      title: "The payment did not work",
      text: "Your bank refused the payment, so the order was cancelled.",
    },
    [CancellationReason.EVENT_CANCELLED]: {
      title: "The event was cancelled",
      text: "It does not take place, so your order was cancelled.",
    },
  } satisfies Readonly<Record<CancellationReason, Words>>,
  refundedTitle: "Refunded",
  refundedText: "This order was refunded.",
  again: {
    free: "Good news: the ticket is still free.",
    buyAgain: (price: string) => `Back to the ticket for ${price}`,
    taken: "Somebody else is buying the ticket at the moment. If they do not pay, it is free again.",
    watch: "Watch the ticket",
    begun: "The event has begun, so the ticket is no longer for sale.",
    gone: "The ticket is gone, but there may be others for this event.",
    others: "Other tickets for this event",
    otherEvents: "See what else is on",
  },
  notBuyerTitle: "Not your order",
  notBuyerText: "Only the buyer can pay for an order. You are the seller: you find it under your sales.",
  toSales: "My sales",
  toOrders: "My orders",
};

const declined = (text: string): Words => ({ title: "Your card was declined", text });
const another = "Please pay with another card.";

/** By Stripe's decline codes and error codes (docs.stripe.com/declines/codes, docs.stripe.com/error-codes). */
const problems: Readonly<Record<string, Words>> = {
  insufficient_funds: declined(`There is not enough money on this card. ${another}`),
  card_velocity_exceeded: declined(`This card has reached its limit. ${another}`),
  withdrawal_count_limit_exceeded: declined(`This card has reached its limit. ${another}`),
  expired_card: declined(`This card has expired. ${another}`),
  incorrect_cvc: declined("The security code is wrong. Check it and try again."),
  invalid_cvc: declined("The security code is wrong. Check it and try again."),
  incorrect_number: declined("The card number is wrong. Check it and try again."),
  invalid_number: declined("The card number is wrong. Check it and try again."),
  currency_not_supported: declined(`This card does not take payments in this currency. ${another}`),
  card_not_supported: declined(`This kind of card cannot be used for this payment. ${another}`),
  test_mode_live_card: declined(
    "This shop is a test: no real cards, please. Use one of Stripe's test cards.",
  ),
  processing_error: declined("Something went wrong at your bank. Try again in a moment."),
  try_again_later: declined("Your bank does not answer right now. Try again in a moment."),
  payment_intent_authentication_failure: {
    title: "Your bank could not confirm it is you",
    text: "Nothing was charged. Try again, or pay with another card.",
  },
  authentication_required: {
    title: "Your bank wants to ask you",
    text: "Nothing was charged. Try again and answer your bank's question.",
  },
  payment_intent_unexpected_state: {
    title: "This payment is no longer open",
    text: "We are checking its state. You will not be charged twice.",
  },
};

/** Why an attempt did not succeed, in plain words; `problem` is what Stripe says of it. */
export function problemWords(problem: {
  type: string;
  code?: string | null | undefined;
  decline_code?: string | null | undefined;
  message?: string | null | undefined;
}): Words {
  const own = problems[problem.decline_code ?? ""] ?? problems[problem.code ?? ""];
  if (own) return own;
  switch (problem.type) {
    case "validation_error":
      return { title: "Please check your card", text: problem.message ?? "Something is missing." };
    case "card_error":
      // Banks often keep the reason secret, and a lost or stolen card must not be named.
      return declined(`Your bank did not say why. Try again, or pay with another card.`);
    case "api_connection_error":
      return {
        title: "No connection to our payment partner",
        text: "Check your connection and try again. You will not be charged twice.",
      };
    default:
      return {
        title: "The payment did not go through",
        text: "Something went wrong at our payment partner. Try again in a moment. You will not be charged twice.",
      };
  }
}
