import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import type { Person } from "@ticketing/launcher/clients";
import { lockTicket, refusal } from "@ticketing/launcher/demo-cast";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { TicketLockService, UnlockReason } from "@ticketing/proto/tickets/v1/ticket_lock_service";
import { createServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { newId } from "@ticketing/runtime/process/ids";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";
import { silent } from "@ticketing/runtime/testing/service";
import { MongoClient } from "mongodb";
import type { TestMesh } from "../test-mesh.ts";
import { closedLoop, type LoopOptions, sideBySide } from "./closed-loop.ts";
import { cpuTimeOf, tellsCpuTime } from "./cpu-time.ts";
import { over } from "./crowd.ts";

/** Two or more ways to do the same, measured in turn. The first is what the others are compared with. */
export interface Comparison {
  readonly title: string;
  readonly ways: readonly { name: string; perSecond: number; p50: number; cpuMs?: number }[];
}

const LOOP = { inFlight: 16, ms: 500, slices: 4 };
const cleartext = { httpVersion: "2" as const };
const direct = (mesh: TestMesh, name: string) => `http://${mesh.services[name]?.public}`;

type Work = (n: number) => Promise<unknown>;

async function compare(
  title: string,
  ways: Record<string, Work>,
  loop: LoopOptions & { slices: number } = LOOP,
): Promise<Comparison> {
  const works = Object.values(ways).map((work) => async (n: number) => {
    await work(n);
  });
  const results = await sideBySide(works, loop);
  return {
    title,
    ways: Object.keys(ways).map((name, index) => ({ name, ...(results[index] as (typeof results)[number]) })),
  };
}

/** What the gateway costs, and what each protocol does. */
export async function compareDoors(mesh: TestMesh, person: Person, ticket: Ticket): Promise<Comparison[]> {
  const { gateway } = mesh.addresses;
  const get = (transport: (interceptors: Interceptor[]) => Transport) => {
    const { tickets } = over(person, (bearer) => transport([bearer]));
    return () => tickets.getTicket({ ticketId: ticket.id });
  };
  const grpc = (baseUrl: string) => get((interceptors) => createGrpcTransport({ baseUrl, interceptors }));
  const web = get((interceptors) => createGrpcWebTransport({ baseUrl: gateway, interceptors, ...cleartext }));
  const json = get((interceptors) =>
    createConnectTransport({ baseUrl: gateway, interceptors, useBinaryFormat: false, ...cleartext }),
  );
  return [
    await compare("the gateway (GetTicket over gRPC)", {
      "straight to the service": grpc(direct(mesh, "tickets")),
      "through Envoy": grpc(gateway),
    }),
    await compare("protocols (GetTicket through Envoy, HTTP/2)", {
      gRPC: grpc(gateway),
      "gRPC-Web": web,
      "Connect JSON": json,
    }),
  ];
}

/** What it costs to say no. */
export function compareLocks(
  buyers: readonly Person[],
  locked: Ticket,
  forSale: Ticket[],
): Promise<Comparison> {
  const buyer = (n: number) => buyers[n % buyers.length] as Person;
  const slices = 3;
  // As many as there are in a slice, however fast the machine is.
  const limit = Math.floor(forSale.length / slices);
  return compare(
    "a lock (CreateOrder)",
    {
      granted: async (n) => {
        await lockTicket(buyer(n), forSale[n] as Ticket);
      },
      refused: (n) => refusal(lockTicket(buyer(n), locked)),
    },
    { inFlight: 16, ms: 400, slices, limit },
  );
}

/** The same handler behind both of the runtime's servers, in a process of its own. */
export async function compareServers(mesh: TestMesh): Promise<Comparison> {
  const keys = join(mesh.dataDir, "keys");
  const child = fork(join(import.meta.dirname, "handler-server.ts"), [join(keys, "services.jwks.json")], {
    execArgv: ["--conditions=@ticketing/source"],
  });
  try {
    const [ports] = (await once(child, "message")) as [{ internal: number; public: number }];
    const tokens = await createServiceTokens({
      name: "orders",
      keyFile: join(keys, "orders.jwk.json"),
      log: silent,
    });
    const internal = createInternalClient(TicketLockService, {
      addresses: [`127.0.0.1:${ports.internal}`],
      callee: "tickets",
      tokens,
    });
    const baseUrl = `http://127.0.0.1:${ports.public}`;
    const connect = createClient(TicketLockService, createGrpcTransport({ baseUrl }));
    const request = { ticketId: newId(), orderId: newId(), reason: UnlockReason.CANCELLED };
    const ways = {
      "grpc-js (internal port)": () => internal.unlockTicket(request),
      "connect-node (public port)": () => connect.unlockTicket(request),
    };
    for (const way of Object.values(ways))
      await closedLoop(async () => void (await way()), { ...LOOP, ms: 500 });
    const cpuMs: number[] = [];
    for (const way of tellsCpuTime ? Object.values(ways) : []) cpuMs.push(await cpuOf(child, way));
    const compared = await compare("the server stack (the same handler, called by its usual client)", ways);
    internal.close();
    return { ...compared, ways: compared.ways.map((way, index) => ({ ...way, cpuMs: cpuMs[index] })) };
  } finally {
    child.kill();
    await once(child, "exit");
  }
}

/** The server's CPU milliseconds a call. */
async function cpuOf({ pid = 0 }: ChildProcess, way: () => Promise<unknown>): Promise<number> {
  const before = cpuTimeOf(pid);
  const { calls } = await closedLoop(
    async () => {
      await way();
    },
    { ...LOOP, ms: 1_500 },
  );
  return (cpuTimeOf(pid) - before) / calls;
}

/** A search by the index of words, and the same answer by reading every listing. */
export async function compareSearch(mesh: TestMesh): Promise<Comparison> {
  const client = await MongoClient.connect(mesh.addresses.mongo, { maxPoolSize: 8 });
  try {
    const db = client.db("catalog");
    const listings = await db.collection("listings").find().toArray();
    const unindexed = db.collection("bench_listings_without_index");
    await unindexed.drop().catch(() => undefined);
    await unindexed.insertMany(listings);
    const rare = { words: { $elemMatch: { $gte: "evening 7", $lt: "evening 7\uffff" } } };
    const word = { words: "juniper" };
    const comparison = await compare(
      `search over ${listings.length} listings, a tenth of them found, 20 returned`,
      {
        "by the index of words": () => db.collection("listings").find(word).limit(20).toArray(),
        "by a scan": () => unindexed.find(word).limit(20).toArray(),
        "nothing found, by the index": () => db.collection("listings").find(rare).limit(20).toArray(),
        "nothing found, by a scan": () => unindexed.find(rare).limit(20).toArray(),
      },
      { inFlight: 4, ms: 400, slices: 3 },
    );
    await unindexed.drop();
    return comparison;
  } finally {
    await client.close();
  }
}

/** One process of a service, and the same load over two. */
export function compareReplicas(mesh: TestMesh, person: Person, ticket: Ticket): Promise<Comparison> {
  const [one, two] = ["tickets", "tickets-2"].map((name) => {
    const baseUrl = direct(mesh, name);
    const { tickets } = over(person, (bearer) => createGrpcTransport({ baseUrl, interceptors: [bearer] }));
    return () => tickets.getTicket({ ticketId: ticket.id });
  }) as [() => Promise<unknown>, () => Promise<unknown>];
  return compare("replicas of tickets on this machine (GetTicket)", {
    one,
    two: (n) => (n % 2 ? one() : two()),
  });
}
