import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { requireService } from "@ticketing/runtime/identity/service-tokens";
import { block, type Earning } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";
import { isRecoverable } from "./earning-amounts.ts";
import { endCase, holdForCase } from "./earning-cases.ts";
import { earningMessage } from "./earning-message.ts";
import { dropPart, partRefunded, reduce } from "./earning-parts.ts";
import type { EarningRecords } from "./earning-records.ts";
import { holdForRefund } from "./earning-refund.ts";
import type { MoneyMoves } from "./move-money.ts";
import { ensureEarning, type SaleDependencies } from "./record-sale.ts";

/** The internal API by which workflows and cases decide what becomes of an earning. */
export function createPayoutLifecycleService(
  deps: SaleDependencies & { earnings: EarningStore; moves: MoneyMoves; records: EarningRecords },
): ServiceImpl<typeof PayoutLifecycleService> {
  const { earnings, moves, records, clock } = deps;
  return {
    async readEarning({ orderId }, context) {
      requireService(context, "workflows", "cases");
      const earning = await earnings.get(orderId);
      return {
        earning: earningMessage(earning),
        recoverable: isRecoverable(earning),
        begunChargeId: earning.begun?.chargeId ?? "",
        saleStands: earning.saleStands ?? false,
        standsDespiteRefundIds: earning.standsDespite ?? [],
      };
    },

    async listEarnings({ selection }, context) {
      requireService(context, "workflows");
      return records.select(selection);
    },

    async readBooks({ orderIds }, context) {
      requireService(context, "workflows");
      return { movements: await records.movements(orderIds) };
    },

    async blockEarning({ orderId, reason }, context) {
      requireService(context, "workflows");
      const earning = await earnings.update(orderId, (current) => block(current, reason, clock()));
      return { earning: earningMessage(earning) };
    },

    async transferEarning({ orderId, providerChargeId }, context) {
      requireService(context, "workflows");
      return { earning: earningMessage(await moves.transfer(orderId, providerChargeId)) };
    },

    async recoverEarning({ orderId }, context) {
      requireService(context, "workflows");
      return { earning: earningMessage(await moves.recover(orderId)) };
    },

    async holdForRefund({ orderId, refundRequestedTime }, context) {
      requireService(context, "workflows");
      if (!refundRequestedTime) throw new Error("a validated request says when the refund was asked for");
      const requested = timestampDate(refundRequestedTime);
      const known = await ensureEarning(deps, orderId);
      const hold = (current: Earning) => holdForRefund(current, requested, clock());
      const earning = await earnings.update(orderId, hold, known);
      return { earning: earningMessage(earning) };
    },

    async holdForCase({ orderId, caseId }, context) {
      requireService(context, "workflows", "cases");
      const known = await ensureEarning(deps, orderId);
      const hold = (current: Earning) => holdForCase(current, caseId, clock());
      return { earning: earningMessage(await earnings.update(orderId, hold, known)) };
    },

    async reduceEarning({ orderId, partId, amount }, context) {
      requireService(context, "workflows");
      const known = await ensureEarning(deps, orderId);
      const part = { id: partId, amount: Number(amount) };
      const reduced = (current: Earning) => reduce(current, part, clock());
      return { earning: earningMessage(await earnings.update(orderId, reduced, known)) };
    },

    async endPart({ orderId, partId, refunded }, context) {
      requireService(context, "workflows");
      const end = refunded ? partRefunded : dropPart;
      const ended = await earnings.update(orderId, (current) => end(current, partId, clock()));
      return { earning: earningMessage(ended) };
    },

    async endCase({ orderId, caseId, saleStands, despiteRefundId }, context) {
      requireService(context, "workflows");
      const known = await ensureEarning(deps, orderId);
      const end = (current: Earning) => endCase(current, caseId, saleStands, clock(), {}, despiteRefundId);
      return { earning: earningMessage(await earnings.update(orderId, end, known)) };
    },
  };
}
