import { AuditAction } from "@ticketing/proto/operations/v1/audit_entry";
import { isolate } from "../format/isolate.ts";

/** What operators' acts are called. */
export const auditActionNames: Readonly<Record<AuditAction, string>> = {
  [AuditAction.UNSPECIFIED]: "Unknown act",
  [AuditAction.EVENT_RESCHEDULED]: "Event moved",
  [AuditAction.EVENT_CANCELLED]: "Event cancelled",
  [AuditAction.EVENT_MERGED]: "Event merged with another",
  [AuditAction.DEAD_LETTER_REPLAYED]: "Dead letter delivered again",
  [AuditAction.USER_SUSPENDED]: "User suspended",
  [AuditAction.USER_REINSTATED]: "User reinstated",
  [AuditAction.TICKET_TAKEN_DOWN]: "Listing taken down",
  [AuditAction.EARNING_FROZEN]: "Earning frozen",
  [AuditAction.EARNING_UNFROZEN]: "Earning freed",
  [AuditAction.CASE_PROPOSED]: "Decision about a case proposed",
  [AuditAction.CASE_DECIDED]: "Case decided",
  [AuditAction.CASE_AGREED]: "Agreed to the decision about a case",
  [AuditAction.EVIDENCE_SUBMITTED]: "Submitted the evidence of a case to the bank",
  [AuditAction.EARNING_UNFREEZE_PROPOSED]: "Freeing an earning proposed",
  [AuditAction.EARNING_UNFREEZE_AGREED]: "Agreed to free an earning",
};

/** The words of the operators' pages of decisions and of their log. */
export const decisionTexts = {
  title: "Users and listings",
  lead: "Suspend a user, take a listing down, freeze what a sale earned. Each needs a reason, and is logged.",
  back: "Operations",
  reason: "Reason",
  reasonMissing: "Please say why, in at most 500 characters, without space at either end.",

  findUser: "Find a user",
  query: "User id or e-mail address",
  queryMissing: "Please enter an id, or a whole e-mail address.",
  find: "Find",
  id: "Id",
  memberSince: "Member since",
  suspendedSince: (time: string) => `Suspended since ${time}`,
  suspend: "Suspend this user",
  suspendText:
    "The user can neither list nor buy, and what they have for sale goes off sale. What is under way goes on: a ticket that is held can be paid, what was sold is delivered and paid out. The user sees the reason.",
  suspended: (name: string) => `${isolate(name)} is suspended.`,
  reinstate: "Reinstate this user",
  reinstateText: "The user can list and buy again, and their listings are for sale again.",
  reinstated: (name: string) => `${isolate(name)} can sell and buy again.`,

  takeDown: "Take a listing down",
  takeDownText:
    "The ticket goes off sale for good. Who holds it can still pay. Its seller sees the reason and cannot put it back.",
  ticketId: "Ticket id",
  takenDown: "The listing is taken down.",
  idMissing: "Please enter a whole id.",

  freeze: "Freeze an earning",
  freezeText:
    "What the sale earned is not transferred until it is freed. A case keeps it on its own. Where somebody proposes to free it, freezing it once more keeps it.",
  orderId: "Order id",
  frozen: "The earning is frozen.",
  unfreeze: "Free an earning",
  unfreezeText:
    "For one that was frozen here. If it is due and no case keeps it, it is transferred. Above a limit another operator has to agree first.",
  unfrozen: "The earning is free.",
  unfreezeProposed: "It stays frozen until another operator agrees.",
  frozenTitle: "Frozen by hand",
  noneFrozen: "No earning is frozen by hand.",
  order: (id: string) => `Order ${isolate(id)}`,
  proposalTitle: "An operator proposes to free it",
  waitsForOther: "Another operator has to agree to your proposal.",
  ownEarning: "You earned this: another operator has to agree.",
  agree: "Agree to free it",
  agreeTitle: "Agree to free this earning?",
  agreeText:
    "If it is due and no case keeps it, it is transferred to its seller. This cannot be undone then.",
  notYet: "Not yet",

  logTitle: "What operators did",
  logLead: "Newest first. Nobody can change an entry or take one out.",
  operatorFilter: "Only by this operator (user id)",
  subjectFilter: "Only about this id",
  logEmpty: "Nothing matches.",
  subject: (id: string) => `About ${isolate(id)}`,
  operator: (id: string) =>
    id ? `By ${isolate(id)}` : "By an operator whom an earlier release did not keep",
};
