import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../../support/clients.ts";
import { measureCost } from "../../support/load/measure-cost.ts";
import { lockTicket } from "../../support/people.ts";
import { amount, costFigures, type Row } from "../row.ts";

/** A granted lock, with the workflow that it starts. */
export const locks: Row = {
  name: "locks",
  async measure(bench) {
    const { mesh, quiet, buyers, supply } = bench;
    const [calls, warmUp] = [amount(bench, 1_500), amount(bench, 200)];
    const tickets = await supply.tickets(calls + warmUp);
    const call = async (n: number) => {
      const buyer = buyers[n % buyers.length] as Person;
      supply.keep({ buyer, order: await lockTicket(buyer, tickets[n] as Ticket) });
    };
    const cost = await measureCost(mesh, quiet, call, { inFlight: 32, calls, warmUp });
    const { temporal = 0, workflows = 0 } = cost.cpu;
    return {
      figures: {
        ...costFigures("lock", cost.cpu),
        "lock.temporal_worker_ms": temporal + workflows,
        "lock.per_s": cost.loop.perSecond,
        "lock.sustained_per_s": cost.sustained,
      },
      costs: { "CreateOrder, granted": cost },
    };
  },
};
