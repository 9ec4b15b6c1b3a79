import type { Order } from "@ticketing/proto/orders/v1/order";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../clients.ts";
import { lockTicket } from "../people.ts";
import { newListing } from "../stories.ts";
import { closedLoop } from "./closed-loop.ts";

/** An order that awaits payment, and its buyer. */
export interface OpenOrder {
  readonly buyer: Person;
  readonly order: Order;
}

/** What calls use up: tickets for sale, and orders that await payment. */
export interface Supply {
  /** Takes so many tickets, listed now if there are not enough. */
  tickets(count: number): Promise<Ticket[]>;
  /** Takes so many open orders, opened now if there are not enough. */
  orders(count: number): Promise<OpenOrder[]>;
  /** Keeps an open order for a later use. */
  keep(open: OpenOrder): void;
}

const IN_FLIGHT = 32;
const HOUR_MS = 3_600_000;
const words = ["Amber", "Brass", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Harbor", "Indigo", "Juniper"];
/** A word in the title of a tenth of the tickets. */
export const word = (n: number): string => words[n % words.length] ?? "";

export function createSupply(seller: Person, buyers: readonly Person[]): Supply {
  const tickets: Ticket[] = [];
  const orders: OpenOrder[] = [];
  let listed = 0;

  async function list(): Promise<void> {
    const n = listed++;
    const { ticket } = await seller.tickets.createTicket(newListing(`${word(n)} Evening ${n % 40}`));
    if (ticket) tickets.push(ticket);
  }
  const take = async (count: number) => {
    const missing = count - tickets.length;
    if (missing > 0) await closedLoop(list, { inFlight: IN_FLIGHT, ms: HOUR_MS, limit: missing });
    return tickets.splice(0, count);
  };

  return {
    tickets: take,
    async orders(count) {
      const forSale = await take(Math.max(0, count - orders.length));
      await closedLoop(
        async (n) => {
          const buyer = buyers[n % buyers.length] as Person;
          orders.push({ buyer, order: await lockTicket(buyer, forSale[n] as Ticket) });
        },
        { inFlight: IN_FLIGHT, ms: HOUR_MS, limit: forSale.length },
      );
      return orders.splice(0, count);
    },
    keep: (open) => orders.push(open),
  };
}
