import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import type { Person } from "../../support/clients.ts";
import { quantile } from "../../support/load/closed-loop.ts";
import { measureCost } from "../../support/load/measure-cost.ts";
import { waitUntilIdle } from "../../support/load/quiet.ts";
import { lockTicket } from "../../support/people.ts";
import { openLoop } from "../open-loop.ts";
import { amount, type Bench, type Row } from "../row.ts";
import { eventsSince, readPositions } from "../stored-events.ts";

/** How long a change takes to the broker, and to search, while half as many locks come as can be sustained. */
export const publishing: Row = {
  name: "publishing",
  async measure(bench) {
    const { mesh, quiet, supply } = bench;
    const [sustained, calls] = [await sustainedLocks(bench), amount(bench, 300)];
    const tickets = await supply.tickets(calls);
    await waitUntilIdle(mesh, quiet);
    const before = await readPositions(mesh);
    const found = new Map<string, number>();
    const lockAndFind = async (n: number) => {
      await lock(bench, n, tickets);
      const ticket = tickets[n] as Ticket;
      await findChanged(bench, ticket);
      found.set(ticket.id, Date.now());
    };
    await openLoop(lockAndFind, { perSecond: sustained / 2, calls });
    await waitUntilIdle(mesh, quiet);
    const events = await eventsSince(mesh, before);
    const publish = delays(events.map(({ changed, stored }) => stored - changed));
    const visible = delays(events.map(({ id, changed }) => (found.get(id) ?? Number.NaN) - changed));
    const times = ({ p50, p99 }: Delays) => `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`;
    return {
      figures: {
        ...{ "publish.p50_ms": publish.p50, "publish.p99_ms": publish.p99 },
        ...{ "visible.p50_ms": visible.p50, "visible.p99_ms": visible.p99 },
      },
      text:
        `${publish.count} events while ${(sustained / 2).toFixed(1)} locks came a second: from the change to the ` +
        `broker ${times(publish)}; until a search found ${visible.count} locks ${times(visible)}`,
    };
  },
};

interface Delays {
  count: number;
  p50: number;
  p99: number;
}

/** Of those that are numbers. */
function delays(milliseconds: readonly number[]): Delays {
  const sorted = milliseconds.filter((ms) => !Number.isNaN(ms)).sort((a, b) => a - b);
  return { count: sorted.length, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

/** Locks a second until all that they cause is done. */
async function sustainedLocks(bench: Bench): Promise<number> {
  const [calls, warmUp] = [amount(bench, 200), 10];
  const tickets = await bench.supply.tickets(calls + warmUp);
  const call = (n: number) => lock(bench, n, tickets);
  return (await measureCost(bench.mesh, bench.quiet, call, { inFlight: 32, calls, warmUp })).sustained;
}

async function lock({ buyers, supply }: Bench, n: number, tickets: readonly Ticket[]): Promise<void> {
  const buyer = buyers[n % buyers.length] as Person;
  supply.keep({ buyer, order: await lockTicket(buyer, tickets[n] as Ticket) });
}

/** Searches as a buyer does who must see the lock: the answer waits until the replica has applied it. */
async function findChanged({ buyers }: Bench, ticket: Ticket): Promise<void> {
  const [{ catalog }] = buyers as [Person];
  const seen = { ticketId: ticket.id, minVersion: ticket.version + 1n };
  for (;;) {
    try {
      await catalog.searchTickets({ pageSize: 1, seen });
      return;
    } catch (error) {
      if (reasonOf(error) !== "PROJECTION_BEHIND") throw error;
    }
  }
}
