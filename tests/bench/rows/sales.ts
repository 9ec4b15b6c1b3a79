import { measureCost } from "../../support/load/measure-cost.ts";
import type { OpenOrder } from "../../support/load/supply.ts";
import { payOrder } from "../pay-order.ts";
import { amount, costFigures, type Row } from "../row.ts";

/** From StartPayment to COMPLETE, as the buyer's live view shows it. */
export const sales: Row = {
  name: "sales",
  async measure(bench) {
    const { mesh, quiet, supply } = bench;
    const [calls, warmUp] = [amount(bench, 600), amount(bench, 100)];
    const orders = await supply.orders(calls + warmUp);
    const call = (n: number) => payOrder(mesh, orders[n] as OpenOrder);
    const cost = await measureCost(mesh, quiet, call, { inFlight: 32, calls, warmUp });
    return {
      figures: { ...costFigures("sale", cost.cpu), "sale.per_s": cost.loop.perSecond },
      costs: { "StartPayment → COMPLETE": cost },
    };
  },
};
