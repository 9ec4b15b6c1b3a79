import {
  type CaseDecision,
  CaseKind,
  CaseRuling,
  CaseSide,
  CaseStatus,
} from "@ticketing/proto/cases/v1/case";
import { type Amount, formatMoney } from "../format/format-money.ts";

/** What a case is about, as both sides and operators read it. */
export const caseKindNames: Readonly<Record<CaseKind, string>> = {
  [CaseKind.UNSPECIFIED]: "Something is wrong",
  [CaseKind.NOT_DELIVERED]: "The ticket did not come",
  [CaseKind.INVALID]: "The ticket did not admit",
  [CaseKind.NOT_AS_LISTED]: "It is not the ticket that was listed",
  [CaseKind.EVENT_CANCELLED]: "The event was cancelled",
  [CaseKind.CHARGEBACK]: "The buyer's bank disputes the payment",
  [CaseKind.PROVIDER_REFUND]: "Money was given back at our payment partner",
};

/** Where a case stands, as lists show it. */
export const caseStatusNames: Readonly<Record<CaseStatus, string>> = {
  [CaseStatus.UNSPECIFIED]: "Unknown",
  [CaseStatus.OPEN]: "Open",
  [CaseStatus.PROPOSED]: "Decision proposed",
  [CaseStatus.DECIDED]: "Decided",
  [CaseStatus.CLOSED]: "Closed",
};

/** Who said something. */
export const sideNames: Readonly<Record<CaseSide, string>> = {
  [CaseSide.UNSPECIFIED]: "Somebody",
  [CaseSide.BUYER]: "The buyer",
  [CaseSide.SELLER]: "The seller",
};

/** Whose part somebody takes in an order. */
export type Party = "buyer" | "seller";
type Told = Readonly<Record<Party, string>>;

/** What was decided, as each side reads it. */
const rulings: Readonly<Record<CaseRuling, Told>> = {
  [CaseRuling.UNSPECIFIED]: { buyer: "It was decided.", seller: "It was decided." },
  [CaseRuling.REFUND]: {
    buyer: "You get your money back.",
    seller: "The buyer gets the money back. You are not paid for this sale.",
  },
  [CaseRuling.PART_REFUND]: {
    buyer: "You get a part of your money back.",
    seller: "The buyer gets a part of the money back.",
  },
  [CaseRuling.REJECT]: {
    buyer: "The sale stands. You do not get your money back.",
    seller: "The sale stands. You are paid when it is due.",
  },
};

const ofPart: Readonly<Record<Party, (money: string) => string>> = {
  buyer: (money) => `You get ${money} of your money back, and keep the ticket.`,
  seller: (money) =>
    `The buyer gets ${money} of the price back. You are paid the rest when it is due, less our fee.`,
};

/** What was decided of this price, in a sentence. */
export function rulingText(
  party: Party,
  { ruling, refundAmount }: Pick<CaseDecision, "ruling" | "refundAmount">,
  price: Amount | undefined,
): string {
  if (refundAmount > 0n && price) return ofPart[party](formatMoney({ ...price, minorUnits: refundAmount }));
  // A newer release has rulings that this one does not know.
  return (rulings[ruling] ?? rulings[CaseRuling.UNSPECIFIED])[party];
}

/** The words of what a bank is told. */
export const bankAnswerTexts = {
  awaited: (due: string) =>
    `The bank is told what both sides say. It takes evidence until ${due}; ours goes earlier.`,
  closed: "What both sides said is on its way to the bank. Nothing can be added any more.",
  late: "The bank was not told in time what both sides said.",
  submitted: (time: string) => `The bank was told what both sides said on ${time}.`,
};

/** The words of what goes wrong with a sale, to its buyer and its seller. */
export const caseTexts = {
  title: "If something is wrong",
  titleOfCases: "What went wrong",
  until: (by: string) => `You can tell us until ${by}.`,
  later: (by: string) => `If something is wrong with the ticket, you can tell us here, until ${by}.`,
  somethingIsWrong: "Something is wrong",
  somethingElse: "Something else is wrong",
  form: "Tell us what is wrong",
  kind: "What is wrong?",
  what: "What happened?",
  whatHint: "The seller and our staff read this. Do not write anything that is not for them.",
  consequence:
    "Our staff look into it and decide. Until then the seller is not paid. What you send cannot be taken back.",
  send: "Send the complaint",
  leave: "Leave it",
  sent: "Your complaint was sent.",
  became: (status: string) => `The case is now: ${status}.`,

  toCase: "See the case",
  openTitle: "We are looking into it",
  openText: {
    buyer: "The seller is not paid until it is decided.",
    seller: "You are not paid until it is decided.",
  },
  bankText: {
    buyer: "Your bank decides. The seller is not paid until then.",
    seller: "The buyer's bank decides. You are not paid until then.",
  },
  mine: "Complaints",
  mineRow: (kind: string) => `: ${kind}`,

  lead: { buyer: "What went wrong with your order.", seller: "What went wrong with your sale." },
  toOrder: { buyer: "The order", seller: "The sale" },
  operators: "Decide it",
  evidence: "What was said",
  nothingSaid: "Nobody has said anything yet.",
  more: "Say more",
  add: "Add something",
  addHint: "Both sides and our staff read this.",
  addHintForBank:
    "Both sides, our staff and the bank read this. Of all that you say the bank is told 9,000 characters, the newest first.",
  addNow: "Add it",
  added: "It was added.",
  decision: "The decision",
  why: "Why:",
  decidedOn: (time: string) => `Decided on ${time}.`,
  underWay: "What was decided is being done.",
};
