import { closedLoop, quantile } from "../../support/load/closed-loop.ts";
import { total } from "../../support/load/cpu-time.ts";
import { measureCost, measureWork } from "../../support/load/measure-cost.ts";
import { waitUntilIdle } from "../../support/load/quiet.ts";
import type { OpenOrder } from "../../support/load/supply.ts";
import { onboard } from "../../support/payouts.ts";
import { lockTicket } from "../../support/people.ts";
import { payAll } from "../due-earnings.ts";
import { payOrder } from "../pay-order.ts";
import { amount, type Bench, costFigures, type Row } from "../row.ts";

/** Locks that are granted at once, beside earnings that are released. */
const LOCKING = 2;
/** Earnings of the events of one evening, all due in the same hour; so many of them are measured. */
const OF_AN_HOUR = 10_000;
const DUE_AT_ONCE = 1_000;
/** Ten a second are paid: in a second the mesh's own work is more than theirs. */
const IDLE_MS = 10_000;

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
    const dueAtOnce = amount(bench, DUE_AT_ONCE);
    const sold = await sell(bench, warmUp + calls + dueAtOnce);
    const deliver = async (n: number) => {
      const orderId = (sold[n] as OpenOrder).order.id;
      const content = { case: "link", value: `https://tickets.example.com/${orderId}` } as const;
      await seller.deliveries.deliverTicket({ orderId, content });
    };
    const arrive = async (n: number) => {
      await deliver(n);
      const { buyer, order } = sold[n] as OpenOrder;
      await buyer.deliveries.openTicket({ orderId: order.id });
      await buyer.deliveries.confirmDelivery({ orderId: order.id });
    };
    const delivered = await measureCost(mesh, quiet, arrive, { inFlight: 32, calls, warmUp });
    const rest = { inFlight: 32, ms: Number.POSITIVE_INFINITY, limit: dueAtOnce };
    await closedLoop((n) => deliver(warmUp + calls + n), rest);

    const ids = sold.map(({ order }) => order.id);
    await payAll(mesh, ids.slice(0, warmUp));
    const pay = () => payAll(mesh, ids.slice(warmUp, warmUp + calls));
    const paid = await measureWork(mesh, quiet, pay, IDLE_MS);
    const beside = await locksBeside(bench, ids.slice(warmUp + calls));
    const whole = total(delivered.cpu) + total(paid.cpu);
    return {
      figures: {
        ...costFigures("delivery", delivered.cpu),
        ...costFigures("payout", paid.cpu),
        "after_sale.cpu_ms": whole,
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

/** How these earnings are released, and how long a lock takes meanwhile and while nothing else happens. */
async function locksBeside(bench: Bench, orderIds: readonly string[]) {
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
  const callsBefore = await stripeCalls(mesh);
  const paying = payAll(mesh, orderIds);
  const meanwhile = await locks();
  const { perSecond, seconds } = await paying;
  const calls = ((await stripeCalls(mesh)) - callsBefore) / seconds;
  const [quietP99, busyP99] = [alone, meanwhile].map(({ latencies }) => quantile(latencies, 0.99));
  const minutes = OF_AN_HOUR / perSecond / 60;
  return {
    figures: {
      "payout.per_s": perSecond,
      "payout.stripe_calls_per_s": calls,
      "lock.quiet_p99_ms": quietP99 ?? 0,
      "lock.beside_payouts_p99_ms": busyP99 ?? 0,
    },
    text:
      `${orderIds.length} earnings are due at once: ${perSecond.toFixed(1)} a second are transferred, with ` +
      `${calls.toFixed(1)} calls of Stripe a second. At this rate ${OF_AN_HOUR} take ${minutes.toFixed(0)} minutes. ` +
      `A lock's p99 is ${busyP99?.toFixed(0)} ms meanwhile, ${quietP99?.toFixed(0)} ms without.`,
  };
}

/** How many calls of its API the double of Stripe has had. */
async function stripeCalls({ addresses }: Bench["mesh"]): Promise<number> {
  const state = (await (await fetch(`${addresses.stripe}/control/calls`)).json()) as { calls: number };
  return state.calls;
}
