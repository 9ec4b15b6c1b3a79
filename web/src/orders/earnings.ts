import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Amount } from "../format/format-money.ts";

/** What a seller received for complete sales, one sum for each currency. Refunded sales count for nothing. */
export function earnings(sales: readonly Order[]): readonly Amount[] {
  const sums = new Map<string, bigint>();
  for (const { status, price } of sales) {
    if (status !== OrderStatus.COMPLETE || !price) continue;
    sums.set(price.currency, (sums.get(price.currency) ?? 0n) + price.minorUnits);
  }
  return [...sums].map(([currency, minorUnits]) => ({ currency, minorUnits }));
}
