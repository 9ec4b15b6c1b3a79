import type { Interceptor, Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { compare, comparisonLines } from "../comparison.ts";
import { over } from "../crowd.ts";
import type { Row } from "../row.ts";

/** What Envoy in front of a service leaves of its calls, and how the protocols through it compare. */
export const gateway: Row = {
  name: "gateway",
  async measure({ mesh, seller, supply }) {
    const [ticket] = (await supply.tickets(1)) as [Ticket];
    const cleartext = { httpVersion: "2" as const };
    const get = (transport: (interceptors: Interceptor[]) => Transport) => {
      const { tickets } = over(seller, (bearer) => transport([bearer]));
      return () => tickets.getTicket({ ticketId: ticket.id });
    };
    const baseUrl = mesh.addresses.gateway;
    const grpc = (url: string) => get((interceptors) => createGrpcTransport({ baseUrl: url, interceptors }));
    const doors = await compare("the gateway (GetTicket over gRPC)", {
      "straight to the service": grpc(`http://${mesh.services.tickets?.public}`),
      "through Envoy": grpc(baseUrl),
    });
    const protocols = await compare("protocols (GetTicket through Envoy, HTTP/2)", {
      gRPC: grpc(baseUrl),
      "gRPC-Web": get((interceptors) => createGrpcWebTransport({ baseUrl, interceptors, ...cleartext })),
      "Connect JSON": get((interceptors) =>
        createConnectTransport({ baseUrl, interceptors, useBinaryFormat: false, ...cleartext }),
      ),
    });
    return { figures: {}, text: comparisonLines([doors, protocols]) };
  },
};
