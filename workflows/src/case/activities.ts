import { timestampDate } from "@bufbuild/protobuf/wkt";
import { log } from "@temporalio/activity";
import { type Case, CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { OrderStatus, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { RefundStatus } from "@ticketing/proto/payments/v1/payment";
import type { LifecycleClients } from "../clients.ts";
import { answering, asking } from "../refusal.ts";
import { disputeIdOf, evidenceOf, readSale, submitTimeOf } from "./evidence.ts";

export type CaseActivities = ReturnType<typeof createCaseActivities>;

/**
 * What is to be done about a case. `decision` is its number. `saleStands`: an operator said so, of a ticket that was not
 * delivered, too; that a bank decided for the seller says nothing of that. `despite`: the provider's id of the refund by
 * hand that the case was about, if any; absent in what an earlier release answered. `accepts`: an operator accepts the
 * loss of a dispute, which is said to the bank first. `submitTime`: when what both sides say is to be submitted to the
 * bank, in epoch milliseconds; absent where the bank awaits nothing, and in what an earlier release answered.
 */
export type CaseVerdict =
  | { next: "nothing" }
  | { next: "hold"; orderId: string; submitTime?: number }
  | { next: "refund"; orderId: string; decision: number; accepts?: true }
  | { next: "part"; orderId: string; decision: number; amount: number; despite: string }
  | { next: "keep"; orderId: string; decision: number; saleStands: boolean; despite?: string };

/** Where a refund stands; `refused` with the reason's name in lower case. */
export type RefundState = "under way" | "done" | { refused: string };

/** Where a part of the price is at the payment provider; `none`: nothing of it shows there. */
export type PartState = "under way" | "given" | "failed" | "none";

const partStates: Record<RefundStatus, PartState> = {
  [RefundStatus.UNSPECIFIED]: "none",
  [RefundStatus.UNDERWAY]: "under way",
  [RefundStatus.SUCCEEDED]: "given",
  [RefundStatus.FAILED]: "failed",
};

const UNDECIDED: readonly CaseStatus[] = [CaseStatus.OPEN, CaseStatus.PROPOSED];

/** What became of evidence: `over` where the bank takes none any more, `refused` by the payment provider. */
export type EvidenceOutcome = "told" | "over" | "refused";

export type CaseClients = Pick<LifecycleClients, "cases" | "orders" | "payouts" | "payments" | "deliveries">;

/**
 * What a case does in the world. Each step may be repeated. `evidenceMarginMs`: how long before the bank's time is over
 * evidence is submitted.
 */
export function createCaseActivities(
  clients: CaseClients,
  { evidenceMarginMs }: { evidenceMarginMs: number },
) {
  const { cases, orders, payments, payouts } = clients;

  /** Tells the bank what speaks for the sale of a case, as a draft or for good. */
  async function tell(found: Case | undefined, submit: boolean): Promise<EvidenceOutcome> {
    if (!found) throw new Error("cases answered without the case");
    const { orderId } = found;
    const evidence = evidenceOf(found, await readSale(clients, orderId));
    const request = { orderId, providerDisputeId: disputeIdOf(found), evidence, submit };
    const outcome = await answering(clients.payments.submitEvidence(request), "told", {
      EVIDENCE_NOT_TAKEN: "over",
      EVIDENCE_TOO_LATE: "too late",
      DISPUTE_NOT_FOUND: "over",
      EVIDENCE_REFUSED: "refused",
    });
    if (outcome !== "too late") return outcome;
    if (submit)
      log.error("a bank was not told in time what speaks for a sale", { caseId: found.id, orderId });
    return "over";
  }

  return {
    async judgeCase(caseId: string): Promise<CaseVerdict> {
      const { case: found } = await asking(cases.readCase({ caseId }));
      if (!found) throw new Error("cases answered without the case");
      const { status, orderId, decision, kind, subject } = found;
      if (UNDECIDED.includes(status)) {
        const submitTime = submitTimeOf(found, evidenceMarginMs);
        return { next: "hold", orderId, ...(submitTime !== undefined && { submitTime }) };
      }
      if (status !== CaseStatus.DECIDED || !decision) return { next: "nothing" };
      const { ruling, number, operatorId, refundAmount } = decision;
      if (ruling === CaseRuling.REFUND)
        return { next: "refund", orderId, decision: number, ...(acceptsLoss(found) && { accepts: true }) };
      const despite = kind === CaseKind.PROVIDER_REFUND ? subject : "";
      if (ruling === CaseRuling.PART_REFUND)
        return { next: "part", orderId, decision: number, amount: Number(refundAmount), despite };
      // A newer release decided so, and its workers do it: this is asked again until then.
      if (ruling !== CaseRuling.REJECT) throw new Error(`the ruling ${ruling} of ${caseId} is not known`);
      return { next: "keep", orderId, decision: number, saleStands: operatorId !== "", despite };
    },

    /** What the seller earned is frozen, unless it was transferred before. */
    freezeEarning: (orderId: string, caseId: string) =>
      answering(payouts.holdForCase({ orderId, caseId }), "done" as const),

    /** The bank's provider keeps what there is to say so far: should all else fail, a person finds it there. */
    async stageEvidence(caseId: string): Promise<EvidenceOutcome> {
      return tell((await asking(cases.readCase({ caseId }))).case, false);
    },

    /** Nothing can be added any more, and what was said goes to the bank: all of it, and once. */
    async submitEvidence(caseId: string): Promise<EvidenceOutcome> {
      const { case: found } = await asking(cases.closeEvidence({ caseId }));
      // Then it closed nothing: once cases hear that the bank awaits evidence, they wake the workflow.
      if (found && !(found.bankAnswer?.evidenceAwaited && found.bankAnswer.evidenceClosedTime)) return "over";
      return tell(found, true);
    },

    /** The bank is told that the loss is accepted, for good. */
    async acceptLoss(caseId: string): Promise<"accepted" | "refused"> {
      const { case: found } = await asking(cases.readCase({ caseId }));
      if (!found) throw new Error("cases answered without the case");
      const request = { orderId: found.orderId, providerDisputeId: disputeIdOf(found) };
      return answering(payments.acceptDispute(request), "accepted", {
        LOSS_NOT_ACCEPTED: "refused",
        DISPUTE_NOT_FOUND: "refused",
      });
    },

    /** The order's refund is asked for, once for each decision. */
    requestRefund: (orderId: string, caseId: string, decision: number) =>
      answering(orders.refundForCase({ orderId, caseId, decisionNumber: decision }), "done" as const),

    async readRefund(orderId: string): Promise<RefundState> {
      const { order } = await asking(orders.readOrder({ orderId }));
      if (!order) throw new Error("orders answered without the order");
      const { refundRefusalReason: refusal, refundRequestedTime: asked, refundRefusedTime: refused } = order;
      // A refund that failed after it was made is looked at once more.
      if (asked && refused && timestampDate(asked) > timestampDate(refused)) return "under way";
      if (refusal) return { refused: (RefundRefusalReason[refusal] ?? "unknown").toLowerCase() };
      return order.status === OrderStatus.REFUNDED ? "done" : "under way";
    },

    /** The seller earns less by a part of the price, or owes that, before it goes back; or why no part goes back. */
    reduceEarning: (orderId: string, partId: string, amount: number) =>
      answering(payouts.reduceEarning({ orderId, partId, amount: BigInt(amount) }), "done" as const, {
        PART_TOO_LARGE: "part_too_large" as const,
        EARNING_REFUNDED: "earning_refunded" as const,
      }),

    /** The part goes back, or Stripe has accepted that it does. Fails as a whole refund does. */
    refundPart: (orderId: string, partId: string, amount: number) =>
      answering(payments.refundPart({ orderId, partId, amount: BigInt(amount) }), "done" as const, {
        PART_TOO_LARGE: "part_too_large" as const,
      }),

    /** As the payment provider shows it now. */
    async readPart(orderId: string, partId: string): Promise<PartState> {
      const { payment } = await asking(payments.readPayment({ orderId, fresh: true }));
      return partStates[payment?.partRefunds.find((part) => part.partId === partId)?.status ?? 0];
    },

    endPart: (orderId: string, partId: string, refunded: boolean) =>
      answering(payouts.endPart({ orderId, partId, refunded }), "done" as const),

    recordPartRefund: (orderId: string, partId: string, amount: number) =>
      answering(orders.recordPartRefund({ orderId, partId, amount: BigInt(amount) }), "done" as const),

    /** The case keeps the earning no more; where the sale stands its seller is paid. */
    releaseEarning: (orderId: string, caseId: string, saleStands: boolean, despiteRefundId = "") =>
      answering(payouts.endCase({ orderId, caseId, saleStands, despiteRefundId }), "done" as const),

    closeCase: (caseId: string, decision: number) =>
      answering(cases.closeCase({ caseId, decisionNumber: decision }), "done" as const),

    reopenCase: (caseId: string, decision: number, refusal: string) =>
      answering(cases.reopenCase({ caseId, decisionNumber: decision, refusal }), "done" as const),
  };
}

/**
 * Whether a refund that was decided means that the loss of a dispute is accepted: an operator decided so while it was the
 * bank's to decide, which it is until something that was decided could not be done.
 */
const acceptsLoss = ({ kind, decision, timeline }: Case): boolean =>
  kind === CaseKind.CHARGEBACK &&
  decision?.operatorId !== "" &&
  !timeline.some(({ transition }) => transition.case === "caseReopened");
