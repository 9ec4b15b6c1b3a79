import type { Order } from "@ticketing/proto/orders/v1/order";
import type { Money } from "./payment.ts";

/** What a payment needs of its order. */
export function orderOf(order: Order | undefined): { id: string; buyerId: string; price: Money } {
  if (!order?.price) throw new Error("orders answered with an incomplete order");
  const { id, buyerId, price } = order;
  return { id, buyerId, price: { minorUnits: Number(price.minorUnits), currency: price.currency } };
}
