import { type CaseDecision, CaseRuling } from "@ticketing/proto/cases/v1/case";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { DisputeStatus } from "@ticketing/proto/payments/v1/payment";
import { type Amount, formatMoney } from "../format/format-money.ts";
import { isolate } from "../format/isolate.ts";

/** What operators can decide, by the words of the choice and what follows. */
export const rulingChoices = [
  {
    ruling: CaseRuling.REFUND,
    name: "Refund the buyer",
    text: "The buyer gets the whole price back, the seller is not paid, and the ticket is not for sale again. This cannot be undone.",
  },
  {
    ruling: CaseRuling.PART_REFUND,
    name: "Refund a part",
    text: "The buyer gets this part of the price back and keeps the ticket. The seller is paid the rest when it is due, less our fee of it. This cannot be undone.",
  },
  {
    ruling: CaseRuling.REJECT,
    name: "Keep the sale",
    text: "The buyer gets nothing back, and the seller is paid when it is due. This cannot be undone.",
  },
] as const;

/** What was decided or proposed, as operators read it. */
const rulingNames: Readonly<Record<CaseRuling, string>> = {
  [CaseRuling.UNSPECIFIED]: "Unknown decision",
  [CaseRuling.REFUND]: "Refund the buyer",
  [CaseRuling.PART_REFUND]: "Refund a part",
  [CaseRuling.REJECT]: "Keep the sale",
};

/** What was decided or proposed of this price, as operators read it. */
export function decisionName(
  { ruling, refundAmount }: Pick<CaseDecision, "ruling" | "refundAmount">,
  price: Amount | undefined,
): string {
  const name = rulingNames[ruling] ?? rulingNames[CaseRuling.UNSPECIFIED];
  return refundAmount > 0n && price
    ? `${name}, ${formatMoney({ ...price, minorUnits: refundAmount })}`
    : name;
}

/** Where a delivery stands. */
export const deliveryStatusNames: Readonly<Record<DeliveryStatus, string>> = {
  [DeliveryStatus.UNSPECIFIED]: "Unknown",
  [DeliveryStatus.AWAITING_SELLER]: "Not delivered yet",
  [DeliveryStatus.OVERDUE]: "Overdue",
  [DeliveryStatus.DELIVERED]: "Delivered",
  [DeliveryStatus.CONFIRMED]: "Delivered, and confirmed by the buyer",
  [DeliveryStatus.CANCELLED]: "Cancelled",
};

/** How far a dispute is. */
export const disputeStatusNames: Readonly<Record<DisputeStatus, string>> = {
  [DisputeStatus.UNSPECIFIED]: "open",
  [DisputeStatus.WARNING_NEEDS_RESPONSE]: "the bank asks for evidence, before it disputes",
  [DisputeStatus.WARNING_UNDER_REVIEW]: "the bank has the evidence, before it disputes",
  [DisputeStatus.WARNING_CLOSED]: "nothing came of it",
  [DisputeStatus.NEEDS_RESPONSE]: "the bank asks for evidence",
  [DisputeStatus.UNDER_REVIEW]: "the bank decides",
  [DisputeStatus.WON]: "won",
  [DisputeStatus.LOST]: "lost",
  [DisputeStatus.PREVENTED]: "settled, the buyer has the money",
  [DisputeStatus.APPEAL_NEEDS_RESPONSE]: "lost, may be appealed",
  [DisputeStatus.APPEAL_UNDER_REVIEW]: "lost and appealed",
};

/** The words of the operators' pages of cases. */
export const caseTexts = {
  part: "What the buyer gets back",
  partHint: (example: string) => `For example ${example}. It is less than what is left of the price.`,
  partMissing: "Enter an amount that is more than nothing.",
  title: "Cases",
  lead: "Sales with a problem that wait for a decision, the oldest first. Each keeps its seller from being paid.",
  back: "Operations",
  backToList: "Cases",
  noneTitle: "No case waits for a decision",
  order: (id: string) => `Order ${isolate(id)}`,
  age: (age: string) => `Opened ${age} ago.`,

  sale: "The sale",
  orderStatus: "Order",
  paid: "The buyer paid",
  refunded: "Of it went back",
  dispute: "Dispute",
  evidenceDue: (by: string) => `evidence is due by ${by}`,
  evidenceSubmitted: "evidence was submitted",
  sold: "Sold",
  delivery: "Delivery",
  noDelivery: "There is none.",
  deliverBy: "To be delivered by",
  deliveredOn: "Delivered",
  opened: "Opened by the buyer",
  never: "Never",
  times: (count: string, last: string) =>
    `${count === "1" ? "Once" : `${count} times`}, the last time ${last}`,
  earning: "What the seller earned",
  noEarning: "It is not recorded yet.",
  release: "Paid out at the earliest",
  steps: "Steps of the delivery",
  buyer: "Buyer (user id)",
  seller: "Seller (user id)",
  orderId: "Order number",
  subject: "Id at the payment partner",
  log: "What operators did",

  decide: "Decide",
  decision: "Decision",
  reason: "Reason",
  reasonHint: "Buyer and seller read it.",
  reasonMissing: "Please say why, in at most 500 characters.",
  limit: "Of a high amount another operator has to agree.",
  decideNow: "Decide",
  decided: "The case is decided.",
  proposed: "Your decision is proposed. Another operator has to agree.",
  propose: "Propose another decision",

  proposal: (ruling: string) => `Proposed: ${ruling}`,
  proposedBy: (id: string) => `By ${isolate(id)}`,
  waitsForOther: "Another operator has to agree: you proposed it yourself.",
  agree: "Agree",
  agreeTitle: "Agree to this decision?",
  notYet: "Not yet",

  decidedTitle: (ruling: string) => `Decided: ${ruling}`,
  agreedBy: (id: string) => `Agreed to by ${isolate(id)}`,
  byNobody: "Without an operator",
  underWay: "What was decided is being done.",
  done: "What was decided is done.",

  ownTitle: "This is an order of your own",
  ownText: "Another operator has to decide about it.",
  bankTitle: "The bank decides this case",
  bankText: "It ends as the dispute does, unless you accept the loss.",
  submitNow: "Tell the bank now",
  submitTitle: "Tell the bank now?",
  submitText: "A bank is told once. Neither side can add anything after it.",
  submitted: "What both sides said goes to the bank.",
  acceptLoss: "Accept the loss",
  acceptLossTitle: "Accept the loss of this dispute?",
  acceptLossText:
    "The bank is told that we do not answer, and the buyer keeps the money. What the seller earned is taken back, and nothing that both sides said goes to the bank. This cannot be undone.",
  reopened: "What was decided could not be done, so it is to be decided again.",
};
