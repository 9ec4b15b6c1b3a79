import { createGrpcTransport } from "@connectrpc/connect-node";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { over } from "../../support/load/crowd.ts";
import { compare, comparisonLines } from "../comparison.ts";
import type { Row } from "../row.ts";

/** One process of a service, and the same load over two. */
export const replicas: Row = {
  name: "replicas",
  async measure({ mesh, seller, supply }) {
    const [ticket] = (await supply.tickets(1)) as [Ticket];
    const [one, two] = ["tickets", "tickets-2"].map((name) => {
      const baseUrl = `http://${mesh.services[name]?.public}`;
      const { tickets } = over(seller, (bearer) => createGrpcTransport({ baseUrl, interceptors: [bearer] }));
      return () => tickets.getTicket({ ticketId: ticket.id });
    }) as [() => Promise<unknown>, () => Promise<unknown>];
    const variants = { one, two: (n: number) => (n % 2 ? one() : two()) };
    return {
      figures: {},
      text: comparisonLines([await compare("replicas of tickets on this machine (GetTicket)", variants)]),
    };
  },
};
