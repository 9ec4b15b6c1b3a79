import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";

/** Names a call, so that its arrivals can be counted. */
export const CALL_HEADER = "x-call";

/** One client, with a connection of its own that it keeps. */
export interface LoadClient {
  readonly name: string;
  /** How long it is silent between two calls. */
  readonly pauseMs: number;
  /** Makes the call of this name; rejects if it fails. */
  call(id: string): Promise<unknown>;
  close(): void;
}

/** Of clients of one kind every other one is silent for long enough to be asked to leave while it is. */
const pauseOf = (at: number): number => (at % 2 === 0 ? 30 : 1_500);

/** Clients of grpc-js, each with a connection to each of these addresses, between which its calls alternate. */
export const grpcClients = (addresses: readonly string[], count: number): LoadClient[] =>
  Array.from({ length: count }, (_, at) => grpcClient(at, addresses));

function grpcClient(at: number, addresses: readonly string[]): LoadClient {
  const client = new Client(`ipv4:${addresses.join(",")}`, credentials.createInsecure(), {
    "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    "grpc.use_local_subchannel_pool": 1,
  });
  const asIs = (message: Buffer) => message;
  const call = (id: string) =>
    new Promise((resolve, reject) => {
      const metadata = new Metadata();
      metadata.set(CALL_HEADER, id);
      const path = "/ticketing.tickets.v1.TicketService/GetTicket";
      client.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), metadata, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
  return { name: `gRPC ${at}`, pauseMs: pauseOf(at), call, close: () => client.close() };
}

/** Clients of connect-node, so many for each of its protocols and versions of HTTP. */
export function connectClients(address: string, count: number): LoadClient[] {
  const baseUrl = `http://${address}`;
  const kinds: Record<string, () => { transport: Transport; close(): void }> = {
    "Connect, HTTP/1.1": () =>
      over(new Agent({ keepAlive: true }), (nodeOptions) =>
        createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false, nodeOptions }),
      ),
    "Connect, a connection for each call": () =>
      over(new Agent({ keepAlive: false }), (nodeOptions) =>
        createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false, nodeOptions }),
      ),
    "gRPC-Web, HTTP/1.1": () =>
      over(new Agent({ keepAlive: true }), (nodeOptions) =>
        createGrpcWebTransport({ baseUrl, httpVersion: "1.1", nodeOptions }),
      ),
    "Connect, HTTP/2": () => ({
      transport: createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
      close: () => undefined,
    }),
    "gRPC-Web, HTTP/2": () => ({
      transport: createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
      close: () => undefined,
    }),
    "gRPC, connect-node": () => ({ transport: createGrpcTransport({ baseUrl }), close: () => undefined }),
  };
  return Object.entries(kinds).flatMap(([kind, make]) =>
    Array.from({ length: count }, (_, at) => {
      const { transport, close } = make();
      const tickets = createClient(TicketService, transport);
      return {
        name: `${kind} ${at}`,
        pauseMs: pauseOf(at),
        call: (id: string) => tickets.getTicket({}, { headers: { [CALL_HEADER]: id } }),
        close,
      };
    }),
  );
}

const over = (agent: Agent, make: (nodeOptions: { agent: Agent }) => Transport) => ({
  transport: make({ agent }),
  close: () => agent.destroy(),
});

/** What clients saw. */
export interface Load {
  readonly acknowledged: string[];
  readonly failures: string[];
}

/** Each client calls again and again, one call after the other, until the signal aborts. No call is repeated. */
export async function load(clients: readonly LoadClient[], until: AbortSignal): Promise<Load> {
  const seen: Load = { acknowledged: [], failures: [] };
  const one = async ({ name, pauseMs, call }: LoadClient) => {
    for (let count = 0; !until.aborted; count++) {
      const id = `${name} ${count}`;
      await call(id).then(
        () => seen.acknowledged.push(id),
        (error: Error) => seen.failures.push(`${name}: ${error.message}`),
      );
      await sleep(pauseMs);
    }
  };
  await Promise.all(clients.map(one));
  for (const client of clients) client.close();
  return seen;
}
