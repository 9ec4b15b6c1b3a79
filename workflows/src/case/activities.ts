import { timestampDate } from "@bufbuild/protobuf/wkt";
import { CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { OrderStatus, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import type { LifecycleClients } from "../clients.ts";
import { answering, asking } from "../refusal.ts";

export type CaseActivities = ReturnType<typeof createCaseActivities>;

/**
 * What is to be done about a case. `decision` is its number. `saleStands`: an operator said so, of a ticket that was not
 * delivered, too; that a bank decided for the seller says nothing of that. `despite`: the provider's id of the refund by
 * hand that the case was about, if any; absent in what an earlier release answered.
 */
export type CaseVerdict =
  | { next: "nothing" }
  | { next: "hold"; orderId: string }
  | { next: "refund"; orderId: string; decision: number }
  | { next: "keep"; orderId: string; decision: number; saleStands: boolean; despite?: string };

/** Where a refund stands; `refused` with the reason's name in lower case. */
export type RefundState = "under way" | "done" | { refused: string };

const UNDECIDED: readonly CaseStatus[] = [CaseStatus.OPEN, CaseStatus.PROPOSED];

/** What a case does in the world. Each step may be repeated. */
export function createCaseActivities({
  cases,
  orders,
  payouts,
}: Pick<LifecycleClients, "cases" | "orders" | "payouts">) {
  return {
    async judgeCase(caseId: string): Promise<CaseVerdict> {
      const { case: found } = await asking(cases.readCase({ caseId }));
      if (!found) throw new Error("cases answered without the case");
      const { status, orderId, decision, kind, subject } = found;
      if (UNDECIDED.includes(status)) return { next: "hold", orderId };
      if (status !== CaseStatus.DECIDED || !decision) return { next: "nothing" };
      const { ruling, number, operatorId } = decision;
      if (ruling === CaseRuling.REFUND) return { next: "refund", orderId, decision: number };
      const despite = kind === CaseKind.PROVIDER_REFUND ? subject : "";
      return { next: "keep", orderId, decision: number, saleStands: operatorId !== "", despite };
    },

    /** What the seller earned is frozen, unless it was transferred before. */
    freezeEarning: (orderId: string, caseId: string) =>
      answering(payouts.holdForCase({ orderId, caseId }), "done" as const),

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

    /** The case keeps the earning no more; where the sale stands its seller is paid. */
    releaseEarning: (orderId: string, caseId: string, saleStands: boolean, despiteRefundId = "") =>
      answering(payouts.endCase({ orderId, caseId, saleStands, despiteRefundId }), "done" as const),

    closeCase: (caseId: string, decision: number) =>
      answering(cases.closeCase({ caseId, decisionNumber: decision }), "done" as const),

    reopenCase: (caseId: string, decision: number, refusal: string) =>
      answering(cases.reopenCase({ caseId, decisionNumber: decision, refusal }), "done" as const),
  };
}
