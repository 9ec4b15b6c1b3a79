import type { LifecycleClients } from "../clients.ts";
import { answering } from "../refusal.ts";

export type RefundActivities = ReturnType<typeof createRefundActivities>;

/** What a refund does in the world. Each step may be repeated. */
export function createRefundActivities({ tickets, orders, payments }: LifecycleClients) {
  return {
    refundPayment: (orderId: string) => answering(payments.refundPayment({ orderId }), "done" as const),

    async relistTicket(orderId: string) {
      const { order } = await orders.readOrder({ orderId });
      if (!order) throw new Error("orders answered without the order");
      return answering(tickets.relistTicket({ orderId, ticketId: order.ticketId }), "done" as const);
    },

    markRefunded: (orderId: string) => answering(orders.markRefunded({ orderId }), "done" as const),
  };
}
