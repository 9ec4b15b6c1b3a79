import type { Client, HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import type { Order } from "@ticketing/proto/orders/v1/order";
import type { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import { requireUser } from "@ticketing/runtime/identity/identity";
import { orderOf, requireBuyer, requirePayable } from "./order-to-pay.ts";
import { paymentMessage } from "./payment-message.ts";
import { type StartPaymentDependencies, startPayment } from "./start-payment.ts";

/** Opening a payment is answered by then: the gateway gives up after ten seconds, and would not say what it was. */
const LONGEST_START_MS = 9_000;

export interface PaymentServiceDependencies extends StartPaymentDependencies {
  orders: Pick<Client<typeof OrderLifecycleService>, "readOrder">;
  publishableKey: string;
  stripeJsUrl: string;
}

/** The buyers' API of paying. */
export function createPaymentService(deps: PaymentServiceDependencies): ServiceImpl<typeof PaymentService> {
  /** The order, which is the caller's. What orders refuses passes through. */
  async function ownOrder(orderId: string, context: HandlerContext): Promise<Order> {
    const { userId } = requireUser(context);
    const { order } = await deps.orders.readOrder({ orderId });
    return requireBuyer(order, userId);
  }

  /** The payments that are being opened, by order: who asks meanwhile gets the same answer, at no cost at Stripe. */
  const opening = new Map<string, Promise<string>>();

  function openOnce(order: Order, deadline: number): Promise<string> {
    const underway = opening.get(order.id);
    if (underway) return underway;
    const begun = startPayment(deps, orderOf(order), deadline).finally(() => opening.delete(order.id));
    opening.set(order.id, begun);
    return begun;
  }

  return {
    async startPayment({ orderId }, context) {
      // Not the caller's own deadline: one that it made too short is no failure of Stripe's, which would be noted.
      const deadline = performance.now() + LONGEST_START_MS;
      const order = await ownOrder(orderId, context);
      requirePayable(order, deps.clock());
      const clientSecret = await openOnce(order, deadline);
      return { clientSecret, publishableKey: deps.publishableKey, stripeJsUrl: deps.stripeJsUrl };
    },

    async getPayment({ orderId }, context) {
      await ownOrder(orderId, context);
      return { payment: paymentMessage(await deps.payments.get(orderId)) };
    },
  };
}
