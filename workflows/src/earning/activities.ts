import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import type { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import type { ReadChargeResponse } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { RefundStatus } from "@ticketing/proto/payments/v1/payment";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { Reason } from "@ticketing/proto/reason";
import type { LifecycleClients } from "../clients.ts";
import { answering, asking } from "../refusal.ts";
import { type Decision, decide } from "./decision.ts";

/** What the end of an earning does in the world. Each step may be repeated. */
export type EarningSteps = ReturnType<typeof createEarningSteps>;
/** The steps, as the workflow has them done. */
export type EarningActivities = ReturnType<typeof createEarningActivities>;

/** What is to be done about an earning. */
export type Verdict = Decision | { next: "nothing" } | { next: "recover" };

/** Refusals by which payments says that it took no money. */
const NOTHING_TAKEN: readonly string[] = ["NOT_CAPTURED", "PAYMENT_NOT_FOUND"] satisfies Reason[];

const NO_DELIVERY: Reason = "DELIVERY_NOT_FOUND";

const sumOf = (refunds: readonly { amount: bigint }[]): bigint =>
  refunds.reduce((sum, { amount }) => sum + amount, 0n);

/** Each throws a failure of {@link asking}. */
export function createEarningSteps({
  orders,
  payments,
  payouts,
  deliveries,
}: Omit<LifecycleClients, "tickets" | "cases">) {
  /**
   * The charge as Stripe shows it now; undefined where no money was taken. It is refused to a mesh that is, or may be, a
   * copy of another one: that one pays its sellers.
   */
  async function readCharge(orderId: string): Promise<ReadChargeResponse | undefined> {
    try {
      return await asking(payments.readCharge({ orderId }));
    } catch (error) {
      if (error instanceof ApplicationFailure && NOTHING_TAKEN.includes(error.type ?? "")) return undefined;
      throw error;
    }
  }

  /** Where the delivery stands; undefined where none was made. */
  async function readDelivery(orderId: string): Promise<DeliveryStatus | undefined> {
    try {
      return (await asking(deliveries.readDelivery({ orderId }))).delivery?.status;
    } catch (error) {
      if (error instanceof ApplicationFailure && error.type === NO_DELIVERY) return undefined;
      throw error;
    }
  }

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
    const [{ order }, charge, delivery] = await Promise.all([
      asking(orders.readOrder({ orderId })),
      readCharge(orderId),
      readDelivery(orderId),
    ]);
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
