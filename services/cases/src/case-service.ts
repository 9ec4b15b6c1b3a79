import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client, ServiceImpl } from "@connectrpc/connect";
import { CaseRuling, CaseSide } from "@ticketing/proto/cases/v1/case";
import type { CaseService } from "@ticketing/proto/cases/v1/case_service";
import type { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import type { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { requireRole, requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { needsSecondPerson, type SecondPersonLimits } from "@ticketing/runtime/values/second-person";
import { submitEarly } from "./bank-answer.ts";
import { addEvidence, agree, type Case, caseIdOf, decide, isForBank, openCase, sideOf } from "./case.ts";
import { type CaseStore, findOfOrder, findUndecided } from "./case-aggregate.ts";
import { caseMessage, partyMessage } from "./case-message.ts";
import { possibleComplaints, readOrder, requireComplaint, type SaleSources } from "./complaint.ts";
import { readDisputedSale } from "./disputed-sale.ts";

/** Whose role decides cases. */
const OPERATOR = "operator";

export interface CaseServiceDependencies {
  cases: CaseStore;
  sources: SaleSources;
  payments: Pick<Client<typeof PaymentLifecycleService>, "readPayment">;
  /** Told of a case before its buyer is. */
  payouts: Pick<Client<typeof PayoutLifecycleService>, "holdForCase">;
  limits: SecondPersonLimits;
  /** Whether a part of the price can go back. */
  partRefunds: boolean;
  /** Whether the loss of a dispute can be accepted. */
  acceptLosses: boolean;
  clock: Clock;
}

/** The API of buyers, sellers and operators. */
export function createCaseService(deps: CaseServiceDependencies): ServiceImpl<typeof CaseService> {
  const { cases, sources, payments, payouts, limits, partRefunds, acceptLosses, clock } = deps;

  /** The case of this complaint, as it is known or made now. */
  async function complain(orderId: string, buyerId: string, kind: Case["kind"]): Promise<Case> {
    const id = caseIdOf(orderId, kind);
    const known = await cases.find(id);
    if (known) return requireBuyer(known, buyerId);
    const sale = await requireComplaint(sources, { orderId, buyerId, kind }, clock());
    const opened = openCase(sale, { kind }, clock());
    return (await cases.insert(opened)) === "inserted" ? opened : cases.get(id);
  }

  /** What is left of the price after parts that went back, in minor units. */
  async function leftOf({ orderId, price }: Case): Promise<number> {
    const { amountRefunded } = await readOrder(sources, orderId);
    return price.minorUnits - Number(amountRefunded);
  }

  /** Throws PART_REFUND_NOT_OFFERED where a part would go back, and no part does for now. */
  function requireOffered(ruling: CaseRuling | undefined): void {
    if (ruling !== CaseRuling.PART_REFUND || partRefunds) return;
    throw new DomainError("PART_REFUND_NOT_OFFERED", "for now a price is given back whole or not at all");
  }

  /**
   * Throws BANK_DECIDES where this ruling would accept the loss of a dispute, and none is accepted for now, or it would
   * not give the buyer just the price: what is accepted is lost for good, and Stripe refunds nothing beside a dispute.
   */
  async function requireLossOfPrice(found: Case, ruling: CaseRuling | undefined): Promise<void> {
    if (!found.undecided || ruling !== CaseRuling.REFUND || !isForBank(found)) return;
    if (!acceptLosses) throw new DomainError("BANK_DECIDES", "for now no loss of a dispute is accepted");
    const { payment } = await payments.readPayment({ orderId: found.orderId });
    if (!payment?.amount) throw new Error("payments answered without the amount");
    const { amount: paid, amountRefunded, disputes } = payment;
    const [disputeId] = found.subject.split(":");
    const disputed = disputes.find((each) => each.providerDisputeId === disputeId)?.amount;
    const taken = disputed?.currency === paid.currency ? disputed.minorUnits : paid.minorUnits;
    if (amountRefunded + taken === paid.minorUnits) return;
    throw new DomainError("BANK_DECIDES", "by this dispute the buyer does not get just the price");
  }

  return {
    async openCase({ orderId, kind, text }, context) {
      const { userId } = requireUser(context);
      const found = await complain(orderId, userId, kind);
      if (found.undecided) await payouts.holdForCase({ orderId, caseId: found._id });
      const say = (current: Case) =>
        current.undecided ? addEvidence(current, userId, text, clock()) : current;
      return { case: partyMessage(await cases.update(found._id, say, found)) };
    },

    async addEvidence({ caseId, text }, context) {
      const { userId } = requireUser(context);
      const said = await cases.update(caseId, (current) => addEvidence(current, userId, text, clock()));
      return { case: partyMessage(said) };
    },

    async listCases({ undecided, ...page }, context) {
      if (undecided) {
        requireRole(context, OPERATOR);
        const { documents, nextPageToken } = await findUndecided(cases, clock(), page);
        return { cases: documents.map((each) => caseMessage(each)), nextPageToken };
      }
      const { userId } = requireUser(context);
      const { documents, nextPageToken } = await cases.list({ parties: userId }, page);
      return { cases: documents.map(partyMessage), nextPageToken };
    },

    async getCase({ caseId }, context) {
      const { userId, roles } = requireUser(context);
      const found = await cases.get(caseId);
      if (sideOf(found, userId)) return { case: partyMessage(found) };
      if (roles.includes(OPERATOR)) return { case: caseMessage(found) };
      throw new DomainError("NOT_YOUR_CASE", "this case is about somebody else's order");
    },

    async getOrderCases({ orderId }, context) {
      const { userId, roles } = requireUser(context);
      const order = await readOrder(sources, orderId);
      const side = sideOf(order, userId);
      if (!side && !roles.includes(OPERATOR)) {
        throw new DomainError("NOT_YOUR_ORDER", "this is somebody else's order");
      }
      const found = await findOfOrder(cases, orderId);
      const shown = { cases: found.map((each) => (side ? partyMessage(each) : caseMessage(each))) };
      if (side !== CaseSide.BUYER) return shown;
      const { kinds, until } = await possibleComplaints(sources, order, clock());
      const complaintKinds = kinds.filter((kind) => !found.some((each) => each.kind === kind));
      return { ...shown, complaintKinds, ...(until && { complainUntil: timestampFromDate(until) }) };
    },

    async getDisputedSale({ caseId }, context) {
      requireRole(context, OPERATOR);
      return readDisputedSale({ ...sources, payments }, await cases.get(caseId));
    },

    async decideCase({ caseId, ruling, reason, refundAmount: amount }, context) {
      const { userId: operatorId } = requireRole(context, OPERATOR);
      requireOffered(ruling);
      const refundAmount = ruling === CaseRuling.PART_REFUND ? Number(amount) : undefined;
      const found = await cases.get(caseId);
      const left = refundAmount === undefined ? undefined : await leftOf(found);
      await requireLossOfPrice(found, ruling);
      const take = (current: Case) => {
        const alone = !needsSecondPerson(limits, current.price);
        const verdict = { operatorId, ruling, reason, ...(refundAmount !== undefined && { refundAmount }) };
        return decide(current, verdict, { alone, ...(left !== undefined && { left }) }, clock());
      };
      const decided = await cases.update(caseId, take, found);
      return { case: caseMessage(decided) };
    },

    async agreeToDecision({ caseId, version }, context) {
      const { userId: operatorId } = requireRole(context, OPERATOR);
      const by = { operatorId, version: Number(version) };
      const found = await cases.get(caseId);
      await requireLossOfPrice(found, found.decision?.ruling);
      const take = (current: Case) => {
        if (current.undecided) requireOffered(current.decision?.ruling);
        return agree(current, by, clock());
      };
      const agreed = await cases.update(caseId, take, found);
      return { case: caseMessage(agreed) };
    },

    async submitEvidence({ caseId }, context) {
      const { userId } = requireRole(context, OPERATOR);
      const closed = await cases.update(caseId, (current) => submitEarly(current, userId, clock()));
      return { case: caseMessage(closed) };
    },
  };
}

function requireBuyer(found: Case, userId: string): Case {
  if (found.buyerId === userId) return found;
  throw new DomainError("NOT_YOUR_ORDER", "only its buyer complains about an order");
}
