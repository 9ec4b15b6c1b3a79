import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../../support/clients.ts";
import { measureCost } from "../../support/load/measure-cost.ts";
import { word } from "../../support/load/supply.ts";
import { amount, costFigures, type Row } from "../row.ts";

/** What people ask before they buy: a ticket, and a search. */
export const reads: Row = {
  name: "reads",
  async measure(bench) {
    const { mesh, quiet, buyers, supply } = bench;
    const tickets = await supply.tickets(amount(bench, 500));
    const buyer = (n: number) => buyers[n % buyers.length] as Person;
    const get = async (n: number) => {
      await buyer(n).tickets.getTicket({ ticketId: (tickets[n % tickets.length] as Ticket).id });
    };
    const search = async (n: number) => {
      await buyer(n).catalog.searchTickets({ filter: { query: word(n), onlyAvailable: true } });
    };
    const load = (calls: number) => ({
      ...{ inFlight: 32, calls: amount(bench, calls), warmUp: amount(bench, calls / 5) },
    });
    const getting = await measureCost(mesh, quiet, get, load(3_000));
    const searching = await measureCost(mesh, quiet, search, load(600));
    return {
      figures: { ...costFigures("get", getting.cpu), ...costFigures("search", searching.cpu) },
      costs: { GetTicket: getting, SearchTickets: searching },
    };
  },
};
