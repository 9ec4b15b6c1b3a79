import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../../support/clients.ts";
import { measureCost } from "../../support/load/measure-cost.ts";
import { lockTicket, refusal } from "../../support/people.ts";
import { amount, costFigures, type Row } from "../row.ts";

/** A lock that is refused because somebody else has the ticket. */
export const refusals: Row = {
  name: "refusals",
  async measure(bench) {
    const { mesh, quiet, supply } = bench;
    const [first, ...buyers] = bench.buyers as [Person, ...Person[]];
    const tickets = await supply.tickets(20);
    for (const ticket of tickets) supply.keep({ buyer: first, order: await lockTicket(first, ticket) });
    const call = async (n: number) => {
      const buyer = buyers[n % buyers.length] as Person;
      const { reason } = await refusal(lockTicket(buyer, tickets[n % tickets.length] as Ticket));
      if (reason !== "TICKET_LOCKED") throw new Error(`refused with ${reason}`);
    };
    const load = { inFlight: 32, calls: amount(bench, 3_000), warmUp: amount(bench, 600) };
    const cost = await measureCost(mesh, quiet, call, load);
    return {
      figures: { ...costFigures("refusal", cost.cpu), "refusal.per_s": cost.loop.perSecond },
      costs: { "CreateOrder, refused": cost },
    };
  },
};
