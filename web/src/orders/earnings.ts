import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Amount } from "../format/format-money.ts";

/**
 * How what is left of an order's price is shared: what the marketplace keeps, and what the seller gets. The fee falls with
 * parts that went back, as of ticketing.payouts.v1.Earning.fee. Undefined without a price.
 */
export function sharesOf({
  price,
  fee,
  amountRefunded,
}: Order): { readonly fee: Amount; readonly net: Amount } | undefined {
  if (!price) return undefined;
  const { currency, minorUnits } = price;
  const left = minorUnits - amountRefunded;
  const kept = amountRefunded > 0n ? (fee * left) / minorUnits : fee;
  return { fee: { currency, minorUnits: kept }, net: { currency, minorUnits: left - kept } };
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
