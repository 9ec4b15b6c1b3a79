import { setTimeout as sleep } from "node:timers/promises";
import { Client, Connection } from "@temporalio/client";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../../support/clients.ts";
import { closedLoop, quantile } from "../../support/load/closed-loop.ts";
import { waitUntilIdle } from "../../support/load/quiet.ts";
import { lockTicket } from "../../support/people.ts";
import { whileStopped } from "../../support/while-stopped.ts";
import { confirmOrder } from "../pay-order.ts";
import { drainedPerSecond, startedAt } from "../queue-drain.ts";
import { amount, type Bench, type Row } from "../row.ts";

/** Payments that are made while the queue drains: few a second, since they take what drains it. */
const PAYMENTS = 120;
const EVERY_MS = 200;

/**
 * A thousand locks whose workflows wait to be started, and payments made meanwhile. The worker's process stands still
 * while the locks are granted, so that all of them wait: the queue that a burst leaves, as long each time.
 */
export const queue: Row = {
  name: "queue",
  async measure(bench) {
    const { mesh, quiet } = bench;
    const payments = await startPayments(bench, amount(bench, PAYMENTS));
    const tickets = await bench.supply.tickets(amount(bench, 1_000));
    await waitUntilIdle(mesh, quiet);
    const waiting = await whileStopped(mesh, "workflows", () => lockAll(bench, tickets));
    const begun = Date.now();
    const paid = await Promise.all(
      payments.map(async (pay, n) => {
        await sleep((n + 1) * EVERY_MS);
        const at = Date.now();
        return { at, took: await pay() };
      }),
    );
    await waitUntilIdle(mesh, quiet);

    const started = await startTimes(mesh.addresses.temporal, waiting);
    const last = Math.max(...started);
    const meanwhile = paid.filter(({ at }) => at < last).map(({ took }) => took);
    meanwhile.sort((a, b) => a - b);
    const perSecond = drainedPerSecond(begun, started);
    const [p50, p99] = [quantile(meanwhile, 0.5), quantile(meanwhile, 0.99)];
    return {
      figures: { "queue.drained_per_s": perSecond, "queue.payment_p50_ms": p50, "queue.payment_p99_ms": p99 },
      text:
        `${started.length} workflows that waited were started within ${((last - begun) / 1000).toFixed(1)} s; of ` +
        `${meanwhile.length} payments confirmed meanwhile p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms to COMPLETE`,
    };
  },
};

/** Orders whose payment has begun; each call confirms one, and returns the milliseconds until it was COMPLETE. */
async function startPayments({ mesh, supply }: Bench, count: number): Promise<(() => Promise<number>)[]> {
  return Promise.all(
    (await supply.orders(count)).map(async (open) => {
      const payment = await open.buyer.payments.startPayment({ orderId: open.order.id });
      return () => confirmOrder(mesh, open, payment);
    }),
  );
}

async function lockAll({ buyers, supply }: Bench, tickets: readonly Ticket[]): Promise<string[]> {
  const orders: string[] = [];
  await closedLoop(
    async (n) => {
      const buyer = buyers[n % buyers.length] as Person;
      const order = await lockTicket(buyer, tickets[n] as Ticket);
      orders.push(order.id);
      supply.keep({ buyer, order });
    },
    { inFlight: 32, ms: Number.POSITIVE_INFINITY, limit: tickets.length },
  );
  return orders;
}

/** When each order's workflow was started, in milliseconds of the epoch. */
async function startTimes(address: string, orders: readonly string[]): Promise<number[]> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const done: number[] = [];
    await closedLoop(
      async (n) => {
        done.push(await startedAt(client, `order-${orders[n]}`));
      },
      { inFlight: 16, ms: Number.POSITIVE_INFINITY, limit: orders.length },
    );
    return done;
  } finally {
    await connection.close();
  }
}
