import { type Client, Code, type ServiceImpl } from "@connectrpc/connect";
import type { OrderLifecycleService } from "@ticketing/proto/orders/v1/order_lifecycle_service";
import type { PaymentLifecycleService } from "@ticketing/proto/payments/v1/payment_lifecycle_service";
import type { Clock } from "@ticketing/runtime/clock";
import { DomainError } from "@ticketing/runtime/domain-error";
import { requireService } from "@ticketing/runtime/service-tokens";
import { orderOf } from "./order-of.ts";
import { type Payment, startVoided } from "./payment.ts";
import { paymentMessage } from "./payment-message.ts";
import type { PaymentStore } from "./payment-store.ts";
import type { Settlement } from "./settlement.ts";

/** The internal API by which an order's workflow moves its money. */
export function createPaymentLifecycleService(deps: {
  payments: PaymentStore;
  settlement: Settlement;
  orders: Pick<Client<typeof OrderLifecycleService>, "readOrder">;
  clock: Clock;
}): ServiceImpl<typeof PaymentLifecycleService> {
  const { payments, settlement } = deps;

  async function find(orderId: string): Promise<Payment> {
    const payment = await payments.find(orderId);
    if (!payment) throw new DomainError(Code.NotFound, "PAYMENT_NOT_FOUND", "payment has not begun");
    return payment;
  }

  return {
    async readPayment({ orderId, fresh }, context) {
      requireService(context, "workflows");
      const payment = await find(orderId);
      return { payment: paymentMessage(fresh ? (await settlement.refresh(payment)).payment : payment) };
    },

    async capturePayment({ orderId }, context) {
      requireService(context, "workflows");
      return { payment: paymentMessage(await settlement.capture(await find(orderId))) };
    },

    async voidPayment({ orderId }, context) {
      requireService(context, "workflows");
      if (!(await payments.find(orderId))) {
        const { order } = await deps.orders.readOrder({ orderId });
        await payments.insert(startVoided(orderOf(order), deps.clock()));
      }
      return { payment: paymentMessage(await settlement.void(orderId)) };
    },

    async refundPayment({ orderId }, context) {
      requireService(context, "workflows");
      return { payment: paymentMessage(await settlement.refund(await find(orderId))) };
    },
  };
}
