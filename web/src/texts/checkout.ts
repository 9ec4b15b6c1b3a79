/** The words of paying. */
export const checkoutTexts = {
  title: "Checkout",
  timeLeft: "Held for you for another",
  announce: (remaining: string) => `${remaining} left to pay.`,
};
