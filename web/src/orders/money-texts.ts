import type { MoneyPlace } from "./money-place.ts";

/** What a buyer reads about the money of an order that has ended or is being refunded; `amount` is formatted. */
export const whereMoneyIs: Readonly<Record<MoneyPlace, (amount: string) => string>> = {
  not_taken: () => "No money was taken.",
  held: (amount) => `No money was taken. Your bank still holds ${amount} for us, and we are releasing it.`,
  taken: (amount) => `We took ${amount}, and it goes back to your card.`,
  refund_refused: (amount) =>
    `We took ${amount}, and our payment partner has not accepted the refund so far. Our staff look into it.`,
  disputed: (amount) =>
    `We took ${amount}, and you or your bank disputed the payment. Your bank decides about the money.`,
  charged_back: (amount) => `Your bank gave ${amount} back to you when the payment was disputed.`,
  refund_pending: (amount) =>
    `${amount} is on its way back to your card. Our payment partner has accepted the refund and not carried it out yet.`,
  refunded: (amount) => `${amount} went back to your card. Your bank may take some days to show it.`,
  refund_failed: (amount) =>
    `Your bank returned the refund of ${amount} to us, so you have not received it. Our staff look into it.`,
};

/** The title above such a text. */
export const refundTitles: Readonly<Record<MoneyPlace, string>> = {
  not_taken: "There is nothing to refund",
  held: "There is nothing to refund",
  taken: "The refund is on its way",
  refund_refused: "The refund has not been made yet",
  disputed: "The payment is disputed",
  charged_back: "Your bank gave the money back",
  refund_pending: "The refund is on its way",
  refunded: "Refunded",
  refund_failed: "The refund could not be made",
};
