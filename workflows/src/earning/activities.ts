import { Context } from "@temporalio/activity";
import type { ReadChargeResponse } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { RefundStatus } from "@ticketing/proto/payments/v1/payment";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { LifecycleClients } from "../clients.ts";
import { answering, asking } from "../refusal.ts";
import { type Decision, decide } from "./decision.ts";
import { createSaleReader } from "./read-sale.ts";

/** What the end of an earning does in the world. Each step may be repeated. */
export type EarningSteps = ReturnType<typeof createEarningSteps>;
/** The steps, as the workflow has them done. */
export type EarningActivities = ReturnType<typeof createEarningActivities>;

/** What is to be done about an earning. */
export type Verdict = Decision | { next: "nothing" } | { next: "recover" };

const sumOf = (refunds: readonly { amount: bigint }[]): bigint =>
  refunds.reduce((sum, { amount }) => sum + amount, 0n);

/** Each throws a failure of {@link asking}. */
export function createEarningSteps({
  orders,
  payments,
  payouts,
  deliveries,
}: Omit<LifecycleClients, "tickets" | "cases">) {
  const readSale = createSaleReader({ orders, payments, deliveries });

  /**
   * Whether operators have decided of all that went back that the sale stands: of parts of the price, by which the earning is
   * less, and of refunds that people made past the services. What failed, be it later, did not go back: who gives it by hand
   * instead is accepted as any refund by hand.
   */
  async function areRefundsAccepted(
    orderId: string,
    { amountRefunded }: ReadChargeResponse,
    { parts, acceptedIds }: { parts: bigint; acceptedIds: readonly string[] },
  ): Promise<boolean> {
    if (amountRefunded === 0n || (acceptedIds.length === 0 && parts === 0n)) return false;
    const { payment } = await asking(payments.readPayment({ orderId }));
    const byHand = (payment?.manualRefunds ?? []).filter(({ status }) => status !== RefundStatus.FAILED);
    const inParts = (payment?.partRefunds ?? []).filter(({ status }) => status !== RefundStatus.FAILED);
    if (sumOf(inParts) > parts || sumOf(byHand) + sumOf(inParts) !== amountRefunded) return false;
    return byHand.every(({ providerRefundId: id }) => acceptedIds.includes(id));
  }

  /** Reads earning, order, charge and delivery again, and decides. */
  async function judgeEarning(orderId: string): Promise<Verdict> {
    const { earning, recoverable, begunChargeId, saleStands, standsDespiteRefundIds } = await asking(
      payouts.readEarning({ orderId }),
    );
    const isReleased = earning?.status === EarningStatus.RELEASED;
    const isFrozen = earning?.holdReason === EarningHoldReason.CASE && !begunChargeId;
    if ((!isReleased || isFrozen) && !recoverable) return { next: "nothing" };
    const { order, charge, delivery } = await readSale(orderId);
    if (recoverable) return { next: "recover" };
    if (begunChargeId) return { next: "transfer", chargeId: begunChargeId };
    if (!order || !earning?.price) throw new Error("a service answered without what was asked for");
    const accepted = { parts: earning.amountRefunded, acceptedIds: standsDespiteRefundIds };
    const refundsAccepted = charge !== undefined && (await areRefundsAccepted(orderId, charge, accepted));
    return decide(
      { order, charge, delivery, saleStands, refundsAccepted },
      { price: earning.price.minorUnits, net: earning.net },
    );
  }

  return {
    judgeEarning,

    /** Follows a judgement that was made just now. "not now": something keeps the earning. */
    transferEarning: (orderId: string, providerChargeId: string): Promise<"done" | "not now"> =>
      answering(payouts.transferEarning({ orderId, providerChargeId }), "done"),

    blockEarning: (orderId: string, reason: EarningHoldReason) =>
      answering(payouts.blockEarning({ orderId, reason }), "done" as const),

    recoverEarning: (orderId: string) => answering(payouts.recoverEarning({ orderId }), "done" as const),
  };
}

/** The steps as activities, which are repeated. */
export function createEarningActivities(clients: Parameters<typeof createEarningSteps>[0]) {
  const steps = createEarningSteps(clients);
  return {
    ...steps,

    /**
     * A repeat may come hours after the judgement, so it is judged again first. "not now": something keeps the earning,
     * and the look of the next day takes note of what.
     */
    async transferEarning(orderId: string, providerChargeId: string): Promise<"done" | "not now"> {
      const { attempt, isLocal } = Context.current().info;
      const isRepeat = attempt > 1 || !isLocal;
      if (isRepeat && (await steps.judgeEarning(orderId)).next !== "transfer") return "not now";
      return steps.transferEarning(orderId, providerChargeId);
    },
  };
}
