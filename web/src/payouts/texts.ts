import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";

/** The words of being paid. */
export const payoutTexts = {
  getPaid: "Get paid",
  getPaidLead: "Where your money goes when you have sold a ticket.",
  noneTitle: "Tell us where your money goes",
  noneText:
    "Our payment partner Stripe pays you out. It asks who you are and for your bank account, once; that takes some minutes. Until then, what you earn waits for you.",
  start: "Set up payouts",
  onboardingTitle: "You are not done yet",
  onboardingText: "Until you are, what you earn waits for you.",
  goOn: "Go on",
  readyTitle: "You can be paid",
  readyText: "What you earn goes to your account by itself.",
  change: "Change your details",
  restrictedTitle: "Payouts to you are stopped",
  restrictedText: "What you earn waits for you until our payment partner pays out again.",
  checkingText: "Our payment partner is checking what you entered. You have nothing to do.",
  missing: "Our payment partner still asks for:",
  leaves: "You continue at Stripe, and come back here afterwards. We never see your bank details.",

  earnings: "Earnings",
  earningsLead: "What you earned with your sales, and when you get it.",
  toEarnings: "Earnings",
  noEarningsTitle: "No earnings yet",
  noEarningsText: "When somebody buys one of your tickets, what you earned appears here.",
  sell: "Sell a ticket",
  totals: "In total",
  totalsSoFar: "In total, of the sales shown here",
  waiting: "Waiting",
  paid: "Paid out",
  owed: "You owe",
  of: (price: string, fee: string) => `${price} less our fee of ${fee}`,
  ofLeft: (price: string, returned: string, fee: string) =>
    `${price} less ${returned} that went back to the buyer, and our fee of ${fee}`,
  paidOn: (day: string) => `It was paid out on ${day}.`,
  keptPart: (money: string) => `${money} of it was kept for what you owed of other sales.`,
  keptAll: "It was kept for what you owed of other sales.",
  reversed: "The buyer got the money back, so nothing is earned.",
  owes: (money: string) =>
    `The buyer got money back after it was paid out to you: you owe ${money}. It is taken from what you earn next.`,
  toCase: "See the sale",
  csv: "Save as a table (CSV)",
  csvName: "earnings.csv",
};

/** Where an earning stands, as lists show it. */
export const earningStatusNames: Readonly<Record<EarningStatus, string>> = {
  [EarningStatus.UNSPECIFIED]: "Unknown",
  [EarningStatus.HELD]: "Waiting",
  [EarningStatus.RELEASED]: "Due",
  [EarningStatus.TRANSFERRED]: "Paid out",
  [EarningStatus.REVERSED]: "Refunded",
  [EarningStatus.OWED]: "Owed",
};

/** Why an earning is not paid out yet; `at` is when it can be at the earliest. */
export const holdText = (reason: EarningHoldReason, at: string): string =>
  // A newer release has reasons that this one does not know.
  (holdTexts[reason] ?? holdTexts[EarningHoldReason.UNSPECIFIED])(at);

const holdTexts: Readonly<Record<EarningHoldReason, (at: string) => string>> = {
  [EarningHoldReason.UNSPECIFIED]: () => "It is about to be paid out.",
  [EarningHoldReason.EVENT]: (at) =>
    `It waits until ${at}: when the event is over, the buyer has some time to complain.`,
  [EarningHoldReason.REFUND]: () => "The buyer is to get the money back.",
  [EarningHoldReason.DISPUTE]: () =>
    "The buyer's bank disputes the payment. The bank decides about the money.",
  [EarningHoldReason.ACCOUNT]: () => "It is paid out once you have set up your payouts.",
  [EarningHoldReason.PROVIDER]: () =>
    "Our payment partner did not accept the payout. It is tried again each day.",
  [EarningHoldReason.CHARGE]: () => "Something is unclear about the buyer's payment. Our staff look into it.",
  [EarningHoldReason.DELIVERY]: () =>
    "The ticket was not delivered. It is paid out within a day after you have delivered it, unless the buyer gets the money back.",
  [EarningHoldReason.CASE]: () =>
    "There is a complaint about this sale, or our staff look into it. It waits until that is decided.",
};

/** The names of the columns of the table that a seller can save. */
export const csvColumns = [
  "Order",
  "Ticket",
  "Sold",
  "Status",
  "Waits for",
  "Price",
  "Went back",
  "Fee",
  "You get",
  "Owed",
  "Kept",
  "Currency",
  "Not paid out before",
  "Paid out",
  "Transfer",
] as const;

/** What the payment partner still asks for, by the beginning of its own name for it. The first that fits counts. */
const requirements: readonly (readonly [start: string, text: string])[] = [
  ["external_account", "Your bank account"],
  ["tos_acceptance", "Your agreement to its terms"],
  ["business_profile", "What you sell"],
  ["business_type", "Whether you sell as a person or a company"],
  ["individual.dob", "Your date of birth"],
  ["individual.first_name", "Your name"],
  ["individual.last_name", "Your name"],
  ["individual.address", "Your address"],
  ["individual.phone", "Your telephone number"],
  ["individual.email", "Your e-mail address"],
  ["individual.id_number", "The number of an identity document"],
  ["individual.ssn_last_4", "The number of an identity document"],
  ["individual.verification", "A picture of an identity document"],
];

/** What is missing in words, each thing once. */
export const missingTexts = (missing: readonly string[]): string[] => [
  ...new Set(
    missing.map((name) => requirements.find(([start]) => name.startsWith(start))?.[1] ?? "Other details"),
  ),
];
