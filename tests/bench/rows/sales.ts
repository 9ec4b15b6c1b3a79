import { watchUntil } from "@ticketing/launcher/demo-cast";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import { measureCost } from "../measure-cost.ts";
import { amount, costFigures, type Row } from "../row.ts";
import type { OpenOrder } from "../supply.ts";

/** From StartPayment to COMPLETE, as the buyer's live view shows it. */
export const sales: Row = {
  name: "sales",
  async measure(bench) {
    const { mesh, quiet, supply } = bench;
    const [calls, warmUp] = [amount(bench, 600), amount(bench, 100)];
    const orders = await supply.orders(calls + warmUp);
    const call = async (n: number) => {
      const { buyer, order } = orders[n] as OpenOrder;
      const payment = await buyer.payments.startPayment({ orderId: order.id });
      const [{ ok }] = await Promise.all([
        confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa"),
        watchUntil(buyer, order.id, OrderStatus.COMPLETE, 60_000),
      ]);
      if (!ok) throw new Error("the card was declined");
    };
    const cost = await measureCost(mesh, quiet, call, { inFlight: 32, calls, warmUp });
    return {
      figures: { ...costFigures("sale", cost.cpu), "sale.per_s": cost.loop.perSecond },
      costs: { "StartPayment → COMPLETE": cost },
    };
  },
};
