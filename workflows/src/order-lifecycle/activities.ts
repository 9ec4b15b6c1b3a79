import { timestampMs } from "@bufbuild/protobuf/wkt";
import { ApplicationFailure } from "@temporalio/common";
import { CancellationReason, type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { type Payment, PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import type { OrderClients } from "../clients.ts";
import { answering, asking, INVALID_REQUEST } from "../refusal.ts";
import type { CaptureCalls } from "./capture-calls.ts";
import { areDeclinesExhausted, type OrderFacts, type PaymentFacts, type Policy } from "./decision.ts";

const cancelReasons = {
  buyer: CancellationReason.BUYER,
  payment_failed: CancellationReason.PAYMENT_FAILED,
  capture_refused: CancellationReason.CAPTURE_REFUSED,
  event_cancelled: CancellationReason.EVENT_CANCELLED,
} as const;

const unlockReasons = {
  cancelled: TicketUnlockReason.CANCELLED,
  expired: TicketUnlockReason.EXPIRED,
  payment_failed: TicketUnlockReason.PAYMENT_FAILED,
  declined: TicketUnlockReason.DECLINED,
} as const;

export type OrderLifecycleActivities = ReturnType<typeof createOrderLifecycleActivities>;

/**
 * What the lifecycle does in the world. Each may be repeated. A refusal that the story knows is an answer;
 * one that it does not know, such as ORDER_NOT_FOUND, ends the workflow for an operator to look; anything else is
 * tried again.
 */
export function createOrderLifecycleActivities(
  clients: OrderClients,
  policy: Policy,
  captures?: Pick<CaptureCalls, "add">,
) {
  const { tickets, orders, payments } = clients;

  async function readPayment(orderId: string, fresh: boolean): Promise<Payment | undefined> {
    try {
      return (await asking(payments.readPayment({ orderId, fresh }))).payment;
    } catch (error) {
      if (error instanceof ApplicationFailure && error.type === "PAYMENT_NOT_FOUND") return undefined;
      throw error;
    }
  }

  const relistTicket = (orderId: string, ticketId: string) =>
    answering(tickets.relistTicket({ orderId, ticketId }), "done" as const, {
      TICKET_NOT_FOUND: "done" as const,
    });

  return {
    async readOrderAndPayment(orderId: string, askStripe: boolean) {
      const [{ order }, payment] = await Promise.all([
        asking(orders.readOrder({ orderId })),
        readPayment(orderId, askStripe),
      ]);
      return { order: orderFacts(order), payment: paymentFacts(payment, policy), policy };
    },

    sellTicket: (orderId: string, ticketId: string) =>
      answering(tickets.sellTicket({ orderId, ticketId }), "sold" as const, {
        LOCK_LOST: "lost" as const,
        TICKET_NOT_FOUND: "lost" as const,
      }),

    capturePayment(orderId: string) {
      const call = answering(payments.capturePayment({ orderId }), "captured" as const, {
        CAPTURE_REFUSED: "refused" as const,
        NOT_AUTHORIZED: "refused" as const,
        PAYMENT_VOIDED: "refused" as const,
        PAYMENT_NOT_FOUND: "refused" as const,
      });
      captures?.add(orderId, call);
      return call;
    },

    completeOrder: (orderId: string) => answering(orders.completeOrder({ orderId }), "done" as const),

    /**
     * Voids what is held; what was taken already goes back instead. Throws CHARGE_DISPUTED, or REFUND_REFUSED, which
     * may pass.
     */
    async releaseMoney(orderId: string) {
      const voided = await answering(payments.voidPayment({ orderId }), "voided" as const, {
        ALREADY_CAPTURED: "captured" as const,
      });
      if (voided === "captured") await answering(payments.refundPayment({ orderId }), "refunded" as const);
    },

    /**
     * Too early by the tickets service's clock is tried again. A ticket that was sold to this order, whose sale was
     * not seen to its end, is for sale again; one that does not exist any more needs no unlocking.
     */
    async unlockTicket(orderId: string, ticketId: string, reason: keyof typeof unlockReasons) {
      const unlock = (why: TicketUnlockReason, expected: Record<string, "unknown"> = {}) =>
        answering<"done", "done" | "sold" | "unknown">(
          tickets.unlockTicket({ orderId, ticketId, reason: why }),
          "done",
          { TICKET_SOLD: "sold", TICKET_NOT_FOUND: "done", ...expected },
          ["LOCK_NOT_EXPIRED"],
        );
      // A replica of tickets from before declines had a reason of their own knows them as failed payments.
      const older: Record<string, "unknown"> = reason === "declined" ? { [INVALID_REQUEST]: "unknown" } : {};
      const unlocked = await unlock(unlockReasons[reason], older);
      const outcome = unlocked === "unknown" ? await unlock(TicketUnlockReason.PAYMENT_FAILED) : unlocked;
      return outcome === "sold" ? relistTicket(orderId, ticketId) : outcome;
    },

    relistTicket,

    async cancelOrder(orderId: string, reason: keyof typeof cancelReasons) {
      const call = orders.cancelOrder({ orderId, reason: cancelReasons[reason] });
      const older: Record<string, "unknown"> =
        reason === "event_cancelled" ? { [INVALID_REQUEST]: "unknown" } : {};
      const outcome = await answering<"done", "unknown">(call, "done", older);
      // It is asked again: soon nobody runs that release any more.
      if (outcome === "unknown") throw new Error("a replica of the release before does not know this reason");
      return outcome;
    },

    expireOrder: (orderId: string) => answering(orders.expireOrder({ orderId }), "done" as const),
  };
}

function orderFacts(order: Order | undefined): OrderFacts {
  if (!order?.expireTime) throw new Error("orders answered with an incomplete order");
  return {
    ticketId: order.ticketId,
    status: order.status === OrderStatus.AWAITING_PAYMENT ? "AWAITING_PAYMENT" : "ENDED",
    expireTime: timestampMs(order.expireTime),
    cancelRequested: order.cancelRequestedTime !== undefined,
    eventCancelled: order.cancelRequestedReason === CancellationReason.EVENT_CANCELLED,
  };
}

const paymentStatus: Record<PaymentStatus, PaymentFacts["status"]> = {
  [PaymentStatus.UNSPECIFIED]: "NONE",
  [PaymentStatus.REQUIRES_PAYMENT]: "REQUIRES_PAYMENT",
  [PaymentStatus.AUTHORIZED]: "AUTHORIZED",
  [PaymentStatus.CAPTURED]: "CAPTURED",
  [PaymentStatus.VOIDED]: "GIVEN_UP",
  [PaymentStatus.REFUNDED]: "GIVEN_UP",
  [PaymentStatus.REFUND_PENDING]: "GIVEN_UP",
  [PaymentStatus.REFUND_FAILED]: "GIVEN_UP",
  [PaymentStatus.FAILED]: "FAILED",
};

function paymentFacts(payment: Payment | undefined, policy: Policy): PaymentFacts {
  if (!payment) return { status: "NONE", declines: 0, declinesExhausted: false };
  return {
    status: paymentStatus[payment.status],
    authorizedTime: payment.authorizedTime && timestampMs(payment.authorizedTime),
    declines: payment.declines,
    declinesExhausted: areDeclinesExhausted(payment.declines, policy),
    neverOpened: payment.startFailedTime !== undefined && payment.clientSecretTime === undefined,
  };
}
