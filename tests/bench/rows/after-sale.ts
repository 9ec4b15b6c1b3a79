import { closedLoop, quantile } from "../../support/load/closed-loop.ts";
import { total } from "../../support/load/cpu-time.ts";
import { type Cost, measureCost, measureWork } from "../../support/load/measure-cost.ts";
import { waitUntilIdle } from "../../support/load/quiet.ts";
import type { OpenOrder } from "../../support/load/supply.ts";
import { onboard } from "../../support/payouts.ts";
import { lockTicket } from "../../support/people.ts";
import { payAll } from "../due-earnings.ts";
import { payOrder } from "../pay-order.ts";
import { amount, type Bench, costFigures, type Row } from "../row.ts";

/** Locks that are granted at once, beside earnings that are released. */
const LOCKING = 2;
/** Earnings of the events of one evening, all due in the same hour. */
const OF_AN_HOUR = 10_000;

/**
 * What happens to a sale once it is complete: the ticket is delivered, opened and confirmed, and its seller is paid. That
 * delivery and earning are recorded is a part of the sale's own cost.
 */
export const afterSale: Row = {
  name: "after-sale",
  async measure(bench) {
    const { mesh, quiet, seller } = bench;
    const [calls, warmUp] = [amount(bench, 300), amount(bench, 150)];
    await onboard(seller);
    const sold = await sell(bench, warmUp + 2 * calls);
    const deliver = async (n: number) => {
      const { buyer, order } = sold[n] as OpenOrder;
      const orderId = order.id;
      const content = { case: "link", value: `https://tickets.example.com/${orderId}` } as const;
      await seller.deliveries.deliverTicket({ orderId, content });
      await buyer.deliveries.openTicket({ orderId });
      await buyer.deliveries.confirmDelivery({ orderId });
    };
    const delivered = await measureCost(mesh, quiet, deliver, { inFlight: 32, calls, warmUp });
    const rest = { inFlight: 32, ms: Number.POSITIVE_INFINITY, limit: calls };
    await closedLoop((n) => deliver(warmUp + calls + n), rest);

    const ids = sold.map(({ order }) => order.id);
    await payAll(mesh, ids.slice(0, warmUp));
    const paid = await measureWork(mesh, quiet, () => payAll(mesh, ids.slice(warmUp, warmUp + calls)));
    const beside = await locksBeside(bench, ids.slice(warmUp + calls), paid);
    const whole = total(delivered.cpu) + total(paid.cpu);
    return {
      figures: {
        ...costFigures("delivery", delivered.cpu),
        ...costFigures("payout", paid.cpu),
        "after_sale.cpu_ms": whole,
        "payout.per_s": paid.loop.perSecond,
        ...beside.figures,
      },
      costs: { "delivered, opened, confirmed": delivered, "earning due → transferred": paid },
      text: `After COMPLETE a sale costs ${whole.toFixed(1)} CPU ms. ${beside.text}`,
    };
  },
};

/** So many tickets that were sold, once all that follows a sale has been recorded. */
async function sell({ mesh, quiet, supply }: Bench, count: number): Promise<OpenOrder[]> {
  const sold = await supply.orders(count);
  const pay = (n: number) => payOrder(mesh, sold[n] as OpenOrder);
  await closedLoop(pay, { inFlight: 16, ms: Number.POSITIVE_INFINITY, limit: count });
  await waitUntilIdle(mesh, quiet);
  return sold;
}

/** How long a lock takes while nothing else happens, and while these earnings are released. */
async function locksBeside(bench: Bench, orderIds: readonly string[], { loop }: Cost) {
  const { mesh, quiet, supply, buyers } = bench;
  const tickets = await supply.tickets(amount(bench, 600));
  const half = tickets.length / 2;
  let next = 0;
  const lock = async () => {
    const n = next++;
    const [ticket, buyer] = [tickets[n], buyers[n % buyers.length]];
    if (!ticket || !buyer) throw new Error("nothing is left to lock");
    supply.keep({ buyer, order: await lockTicket(buyer, ticket) });
  };
  const locks = () => closedLoop(lock, { inFlight: LOCKING, ms: Number.POSITIVE_INFINITY, limit: half });
  await waitUntilIdle(mesh, quiet);
  const alone = await locks();
  await waitUntilIdle(mesh, quiet);
  const paying = payAll(mesh, orderIds);
  const meanwhile = await locks();
  await paying;
  const [quietP95, busyP95] = [alone, meanwhile].map(({ latencies }) => quantile(latencies, 0.95));
  const minutes = OF_AN_HOUR / loop.perSecond / 60;
  return {
    figures: { "lock.quiet_p95_ms": quietP95 ?? 0, "lock.beside_payouts_p95_ms": busyP95 ?? 0 },
    text:
      `${loop.perSecond.toFixed(1)} earnings a second are transferred: ${OF_AN_HOUR} take ${minutes.toFixed(0)} ` +
      `minutes. A lock's p95 is ${busyP95?.toFixed(0)} ms meanwhile, ${quietP95?.toFixed(0)} ms without.`,
  };
}
