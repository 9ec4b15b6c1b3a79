/** What a test card does, docs.stripe.com/testing. */
export interface CardBehaviour {
  brand: "visa" | "mastercard" | "amex";
  /** The number's last digits, and Stripe's own ids for the card. */
  number: string;
  ids: string[];
  /** Asks for 3-D Secure first: docs.stripe.com/testing#regulatory-cards */
  authenticate?: boolean;
  /** Declines: docs.stripe.com/testing#declined-payments, docs.stripe.com/declines/codes */
  decline?: { code: string; declineCode?: string; message: string };
  /** Disputed as soon as it is captured: docs.stripe.com/testing#disputes */
  dispute?: boolean;
  /** Its refunds are pending at first: docs.stripe.com/testing#refunds */
  refundPending?: boolean;
}

const declined = (declineCode: string, message = "Your card was declined.") => ({
  code: "card_declined",
  declineCode,
  message,
});
const insufficient = "Your card has insufficient funds.";

export const TEST_CARDS: readonly CardBehaviour[] = [
  { brand: "visa", number: "4242424242424242", ids: ["pm_card_visa"] },
  { brand: "mastercard", number: "5555555555554444", ids: ["pm_card_mastercard"] },
  { brand: "amex", number: "378282246310005", ids: ["pm_card_amex"] },
  {
    brand: "visa",
    number: "4000000000000002",
    ids: ["pm_card_chargeDeclined", "pm_card_visa_chargeDeclined"],
    decline: declined("generic_decline"),
  },
  {
    brand: "visa",
    number: "4000000000009995",
    ids: ["pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa_chargeDeclinedInsufficientFunds"],
    decline: declined("insufficient_funds", insufficient),
  },
  {
    brand: "visa",
    number: "4000000000009987",
    ids: ["pm_card_visa_chargeDeclinedLostCard"],
    decline: declined("lost_card"),
  },
  {
    brand: "visa",
    number: "4000000000009979",
    ids: ["pm_card_visa_chargeDeclinedStolenCard"],
    decline: declined("stolen_card"),
  },
  {
    brand: "visa",
    number: "4000000000000069",
    ids: ["pm_card_chargeDeclinedExpiredCard", "pm_card_visa_chargeDeclinedExpiredCard"],
    decline: { code: "expired_card", message: "Your card has expired." },
  },
  {
    brand: "visa",
    number: "4000000000000127",
    ids: ["pm_card_chargeDeclinedIncorrectCvc", "pm_card_visa_chargeDeclinedIncorrectCvc"],
    decline: { code: "incorrect_cvc", message: "Your card's security code is incorrect." },
  },
  {
    brand: "visa",
    number: "4000000000000119",
    ids: ["pm_card_chargeDeclinedProcessingError", "pm_card_visa_chargeDeclinedProcessingError"],
    decline: {
      code: "processing_error",
      message: "An error occurred while processing your card. Try again in a little bit.",
    },
  },
  {
    brand: "visa",
    number: "4000002500003155",
    ids: ["pm_card_authenticationRequiredOnSetup"],
    authenticate: true,
  },
  { brand: "visa", number: "4000002760003184", ids: ["pm_card_authenticationRequired"], authenticate: true },
  {
    brand: "visa",
    number: "4000000000003220",
    ids: ["pm_card_threeDSecure2Required", "pm_card_threeDSecureRequired"],
    authenticate: true,
  },
  {
    brand: "visa",
    number: "4000008400001629",
    ids: ["pm_card_threeDSecureRequiredChargeDeclined"],
    authenticate: true,
    decline: declined("generic_decline"),
  },
  { brand: "visa", number: "4000000000000259", ids: ["pm_card_createDispute"], dispute: true },
  { brand: "visa", number: "4000000000007726", ids: ["pm_card_pendingRefund"], refundPending: true },
];

/** A number of no test card in test mode: docs.stripe.com/declines/codes, `test_mode_live_card`. */
const LIVE_CARD: CardBehaviour = {
  brand: "visa",
  number: "0000",
  ids: ["live"],
  decline: declined(
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card.",
  ),
};

/** The test card with this id of Stripe's, e.g. `pm_card_visa`. */
export function cardById(id: string): CardBehaviour | undefined {
  return id === "live" ? LIVE_CARD : TEST_CARDS.find((card) => card.ids.includes(id));
}

/** The test card with this number; `undefined` if it is not the number of any card. */
export function cardByNumber(number: string): CardBehaviour | undefined {
  return TEST_CARDS.find((card) => card.number === number) ?? (isCardNumber(number) ? LIVE_CARD : undefined);
}

/** Luhn's check over 12 to 19 digits. */
function isCardNumber(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
