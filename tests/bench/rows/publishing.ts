import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../../support/clients.ts";
import { quantile } from "../../support/load/closed-loop.ts";
import { measureCost } from "../../support/load/measure-cost.ts";
import { waitUntilIdle } from "../../support/load/quiet.ts";
import { lockTicket } from "../../support/people.ts";
import { openLoop } from "../open-loop.ts";
import { publishDelays, readPositions } from "../publish-delays.ts";
import { amount, type Bench, type Row } from "../row.ts";

/** How long an event takes from the change to the broker while half as many locks come as can be sustained. */
export const publishing: Row = {
  name: "publishing",
  async measure(bench) {
    const { mesh, quiet, supply } = bench;
    const [sustained, calls] = [await sustainedLocks(bench), amount(bench, 300)];
    const tickets = await supply.tickets(calls);
    await waitUntilIdle(mesh, quiet);
    const before = await readPositions(mesh);
    await openLoop((n) => lock(bench, n, tickets), { perSecond: sustained / 2, calls });
    await waitUntilIdle(mesh, quiet);
    const delays = await publishDelays(mesh, before);
    const [p50, p99] = [quantile(delays, 0.5), quantile(delays, 0.99)];
    return {
      figures: { "publish.p50_ms": p50, "publish.p99_ms": p99 },
      text:
        `${delays.length} events while ${(sustained / 2).toFixed(1)} locks came a second: from the change to the ` +
        `broker p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
    };
  },
};

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
