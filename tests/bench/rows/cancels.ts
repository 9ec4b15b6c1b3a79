import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { measureCost } from "../../support/load/measure-cost.ts";
import type { OpenOrder } from "../../support/load/supply.ts";
import { watchUntil } from "../../support/people.ts";
import { amount, costFigures, type Row } from "../row.ts";

/** A buyer's cancellation, until the live view shows it; no payment was begun. */
export const cancels: Row = {
  name: "cancels",
  async measure(bench) {
    const { mesh, quiet, supply } = bench;
    const [calls, warmUp] = [amount(bench, 300), amount(bench, 60)];
    const orders = await supply.orders(calls + warmUp);
    const call = async (n: number) => {
      const { buyer, order } = orders[n] as OpenOrder;
      await Promise.all([
        buyer.orders.cancelOrder({ orderId: order.id }),
        watchUntil(buyer, order.id, OrderStatus.CANCELLED, 60_000),
      ]);
    };
    const cost = await measureCost(mesh, quiet, call, { inFlight: 32, calls, warmUp });
    return {
      figures: { ...costFigures("cancel", cost.cpu), "cancel.per_s": cost.loop.perSecond },
      costs: { "CancelOrder → CANCELLED": cost },
    };
  },
};
