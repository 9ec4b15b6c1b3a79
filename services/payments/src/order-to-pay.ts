import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { isOver } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { type Money, moneyOf } from "@ticketing/runtime/values/money";

/** What a payment needs of its order. */
export interface OrderToPay {
  id: string;
  buyerId: string;
  price: Money;
}

/** What orders answered, as a payment needs it. */
export function orderOf(order: Order | undefined): OrderToPay {
  if (!order) throw new Error("orders answered without an order");
  return { id: order.id, buyerId: order.buyerId, price: moneyOf(order.price) };
}

/** The order, which is the user's to pay. Throws NOT_YOUR_ORDER. */
export function requireBuyer(order: Order | undefined, userId: string): Order {
  if (order?.buyerId !== userId) {
    throw new DomainError("NOT_YOUR_ORDER", "this is somebody else's order");
  }
  return order;
}

/** Throws ORDER_ENDED, or ORDER_EXPIRED when only the time to pay is over. */
export function requirePayable(order: Order, now: Date): void {
  if (order.status !== OrderStatus.AWAITING_PAYMENT) {
    throw new DomainError("ORDER_ENDED", "this order has ended", {
      status: OrderStatus[order.status] ?? "",
    });
  }
  if (!order.expireTime || isOver(timestampDate(order.expireTime), now)) {
    throw new DomainError("ORDER_EXPIRED", "the time to pay is over");
  }
}
