import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { Client, Connection } from "@temporalio/client";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { BSON, MongoClient } from "mongodb";
import type { TestMesh } from "../support/test-mesh.ts";

/** What one order adds and calls; sizes in bytes. */
export interface OrderFootprint {
  /** By stream. */
  readonly events: Readonly<Record<string, { messages: number; bytes: number }>>;
  /** By collection: one document each, at its end. */
  readonly documents: Readonly<Record<string, number>>;
  /** Of the lifecycle. */
  readonly history: { events: number; bytes: number };
  /** Operations on the database, and calls of Stripe, which limits how many there may be a second. */
  readonly calls: Readonly<Record<string, number>>;
}

type Volumes = Readonly<Record<string, { messages: number; bytes: number }>>;

/** What there is before the orders that are counted. */
export interface Before {
  readonly streams: Volumes;
  readonly calls: number;
  /** When that was, by the clock of `performance`. */
  readonly time: number;
  /** What is called a second while there are no orders, by call. */
  readonly idle: Readonly<Record<string, number>>;
}

/** Long enough for what each process looks for every few seconds. */
const IDLE_MS = 20_000;

/** Reads what there is on a quiet mesh, and watches for a while what that calls by itself. */
export async function readBefore(mesh: TestMesh, callsFile: string): Promise<Before> {
  const from = callsIn(callsFile).length;
  await sleep(IDLE_MS);
  const idle = countsOf(callsIn(callsFile).slice(from), IDLE_MS / 1_000);
  const streams = await readStreams(mesh);
  return { streams, calls: callsIn(callsFile).length, time: performance.now(), idle };
}

/** How often each was called, in parts of so much. */
function countsOf(calls: readonly string[], whole: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const call of calls) counts[call] = (counts[call] ?? 0) + 1 / whole;
  return counts;
}

/** A call that is counted less often for an order is the mesh's own. */
const LEAST_TIMES = 0.05;

const callsIn = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];

/** What the streams hold now. */
async function readStreams(mesh: TestMesh): Promise<Volumes> {
  const connection = await connect(brokerLogin(mesh.addresses.nats));
  try {
    const manager = await jetstreamManager(connection);
    const entries = await Promise.all(
      ["TICKETS", "ORDERS", "PAYMENTS", "DELIVERIES", "PAYOUTS"].map(async (stream) => {
        const { state } = await manager.streams.info(stream);
        return [stream, { messages: state.messages, bytes: state.bytes }] as const;
      }),
    );
    return Object.fromEntries(entries);
  } finally {
    await connection.close();
  }
}

/** What these orders, and nothing else since, added to the streams, the databases, and Temporal, and what they called. */
export async function readFootprint(
  mesh: TestMesh,
  before: Before,
  orderIds: readonly string[],
  callsFile: string,
): Promise<OrderFootprint> {
  const after = await readStreams(mesh);
  const events = Object.fromEntries(
    Object.entries(after).map(([stream, { messages, bytes }]) => [
      stream,
      {
        messages: (messages - (before.streams[stream]?.messages ?? 0)) / orderIds.length,
        bytes: (bytes - (before.streams[stream]?.bytes ?? 0)) / orderIds.length,
      },
    ]),
  );
  const all = countsOf(callsIn(callsFile).slice(before.calls), orderIds.length);
  const secondsEach = (performance.now() - before.time) / 1_000 / orderIds.length;
  // What the mesh calls by itself belongs to no order.
  const calls = Object.entries(all)
    .map(([call, times]) => [call, times - (before.idle[call] ?? 0) * secondsEach] as const)
    .filter(([, times]) => times >= LEAST_TIMES);
  return {
    events,
    documents: await documentSizes(mesh, orderIds),
    history: await historySize(mesh, orderIds),
    calls: Object.fromEntries(calls),
  };
}

async function documentSizes(mesh: TestMesh, orderIds: readonly string[]): Promise<Record<string, number>> {
  const client = await MongoClient.connect(mesh.addresses.mongo, { maxPoolSize: 2 });
  const ids = [...orderIds];
  const average = (documents: object[]) =>
    documents.reduce((sum, document) => sum + BSON.calculateObjectSize(document), 0) / documents.length;
  const find = (db: string, collection: string, among: string[]) =>
    client
      .db(db)
      .collection<{ _id: string; ticketId: string }>(collection)
      .find({ _id: { $in: among } })
      .toArray();
  try {
    const orders = await find("orders", "orders", ids);
    const ticketIds = orders.map(({ ticketId }) => ticketId);
    return {
      "tickets.tickets": average(await find("tickets", "tickets", ticketIds)),
      "orders.orders": average(orders),
      "payments.payments": average(await find("payments", "payments", ids)),
      "deliveries.deliveries": average(await find("deliveries", "deliveries", ids)),
      "payouts.earnings": average(await find("payouts", "earnings", ids)),
      "operations.orders": average(await find("operations", "orders", ids)),
    };
  } finally {
    await client.close();
  }
}

async function historySize(mesh: TestMesh, orderIds: readonly string[]): Promise<OrderFootprint["history"]> {
  const connection = await Connection.connect({ address: mesh.addresses.temporal });
  try {
    const { workflow } = new Client({ connection });
    const described = await Promise.all(
      orderIds.slice(0, 20).map(async (id) => {
        const handle = workflow.getHandle(`order-${id}`);
        await handle.result();
        return handle.describe();
      }),
    );
    const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      events: average(described.map(({ historyLength }) => historyLength)),
      bytes: average(described.map(({ historySize }) => historySize ?? 0)),
    };
  } finally {
    await connection.close();
  }
}
