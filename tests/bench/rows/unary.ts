import { join } from "node:path";
import type { Interceptor, Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { createServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";
import { silent } from "@ticketing/runtime/testing/service";
import type { CpuTime, Processes } from "../../support/load/cpu-time.ts";
import { over } from "../../support/load/crowd.ts";
import { measureCost } from "../../support/load/measure-cost.ts";
import { table } from "../../support/load/table.ts";
import { processes, startChild } from "../child-process.ts";
import type { Bench, Row } from "../row.ts";

/** Two processes that nobody calls use less, in CPU milliseconds a second. */
const QUIET = { limit: 150 };

/** GetTicket in each protocol through Envoy, beside the same handler on grpc-js: CPU of the process that answers. */
export const unary: Row = {
  name: "unary",
  async measure(bench) {
    const [{ id }] = (await bench.supply.tickets(1)) as [Ticket];
    const { answering: baseline = 0 } = await onGrpcJs(bench, id);
    const served = processes({
      tickets: bench.mesh.process("tickets"),
      envoy: bench.mesh.process("envoy"),
    });
    const grpc = await cost(served, publicCall(bench, id, "grpc"));
    const web = await cost(served, publicCall(bench, id, "grpc-web"));
    const json = await cost(served, publicCall(bench, id, "json"));
    const line = (name: string, { tickets = 0, envoy = 0 }: CpuTime) => [
      ...[name, tickets.toFixed(3), (tickets / baseline).toFixed(2), envoy.toFixed(3)],
    ];
    return {
      figures: {
        "unary.grpc_js_ms": baseline,
        "unary.grpc": (grpc.tickets ?? 0) / baseline,
        "unary.grpc_web": (web.tickets ?? 0) / baseline,
        "unary.connect_json": (json.tickets ?? 0) / baseline,
        "unary.envoy_ms": grpc.envoy ?? 0,
      },
      text: table([
        ["GetTicket, CPU ms a call", "service", "×", "Envoy"],
        ["the same handler on grpc-js", baseline.toFixed(3), "1.00", ""],
        line("gRPC", grpc),
        line("gRPC-Web", web),
        line("Connect JSON", json),
      ]),
    };
  },
};

/** CPU milliseconds a call of each of these processes. */
async function cost(served: Processes, call: () => Promise<unknown>): Promise<CpuTime> {
  const load = { inFlight: 16, calls: 2_000, warmUp: 1_000 };
  const work = async () => {
    await call();
  };
  return (await measureCost(served, QUIET, work, load)).cpu;
}

async function onGrpcJs(bench: Bench, ticketId: string): Promise<CpuTime> {
  const { dataDir, addresses } = bench.mesh;
  const keys = join(dataDir, "keys");
  const child = await startChild<{ internal: number }>("handler-server.ts", [
    ...[join(keys, "services.jwks.json"), addresses.mongo],
  ]);
  const client = createInternalClient(TicketService, {
    addresses: [`127.0.0.1:${child.started.internal}`],
    callee: "tickets",
    tokens: await createServiceTokens({
      name: "orders",
      keyFile: join(keys, "orders.jwk.json"),
      log: silent,
    }),
  });
  try {
    return await cost(processes({ answering: child.process }), () => client.getTicket({ ticketId }));
  } finally {
    client.close();
    await child.close();
  }
}

/** The call through the gateway, over HTTP/2 and with a person's token. */
function publicCall({ mesh, seller }: Bench, ticketId: string, protocol: "grpc" | "grpc-web" | "json") {
  const baseUrl = mesh.addresses.gateway;
  const transports: Record<typeof protocol, (interceptors: Interceptor[]) => Transport> = {
    grpc: (interceptors) => createGrpcTransport({ baseUrl, interceptors }),
    "grpc-web": (interceptors) => createGrpcWebTransport({ baseUrl, interceptors, httpVersion: "2" }),
    json: (interceptors) =>
      createConnectTransport({ baseUrl, interceptors, useBinaryFormat: false, httpVersion: "2" }),
  };
  const { tickets } = over(seller, (bearer) => transports[protocol]([bearer]));
  return () => tickets.getTicket({ ticketId });
}
