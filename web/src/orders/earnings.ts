import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Amount } from "../format/format-money.ts";

/** How the price of an order is shared: what the marketplace keeps, and what the seller gets. Undefined without a price. */
export function sharesOf({ price, fee }: Order): { readonly fee: Amount; readonly net: Amount } | undefined {
  if (!price) return undefined;
  const { currency, minorUnits } = price;
  return { fee: { currency, minorUnits: fee }, net: { currency, minorUnits: minorUnits - fee } };
}

/** What a seller gets for complete sales, one sum for each currency. Refunded sales count for nothing. */
export function earnings(sales: readonly Order[]): readonly Amount[] {
  const sums = new Map<string, bigint>();
  for (const sale of sales) {
    const net = sharesOf(sale)?.net;
    if (sale.status !== OrderStatus.COMPLETE || !net) continue;
    sums.set(net.currency, (sums.get(net.currency) ?? 0n) + net.minorUnits);
  }
  return [...sums].map(([currency, minorUnits]) => ({ currency, minorUnits }));
}
