import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { Client, Connection } from "@temporalio/client";
import { BSON, MongoClient } from "mongodb";
import type { TestMesh } from "../test-mesh.ts";

/** What one order leaves behind for good; sizes in bytes. */
export interface LeftBehind {
  /** By stream. */
  readonly events: Readonly<Record<string, { messages: number; bytes: number }>>;
  /** By collection: one document each, at its end. */
  readonly documents: Readonly<Record<string, number>>;
  /** Of the lifecycle. */
  readonly history: { events: number; bytes: number };
}

type Volumes = Readonly<Record<string, { messages: number; bytes: number }>>;

/** What the streams hold now. */
export async function readStreams(mesh: TestMesh): Promise<Volumes> {
  const connection = await connect({ servers: mesh.addresses.nats });
  try {
    const manager = await jetstreamManager(connection);
    const entries = await Promise.all(
      ["TICKETS", "ORDERS", "PAYMENTS"].map(async (stream) => {
        const { state } = await manager.streams.info(stream);
        return [stream, { messages: state.messages, bytes: state.bytes }] as const;
      }),
    );
    return Object.fromEntries(entries);
  } finally {
    await connection.close();
  }
}

/** What so many orders, of which these are some, added to the streams, the databases and Temporal. */
export async function readLeftBehind(
  mesh: TestMesh,
  before: Volumes,
  orderIds: readonly string[],
): Promise<LeftBehind> {
  const after = await readStreams(mesh);
  const events = Object.fromEntries(
    Object.entries(after).map(([stream, { messages, bytes }]) => [
      stream,
      {
        messages: (messages - (before[stream]?.messages ?? 0)) / orderIds.length,
        bytes: (bytes - (before[stream]?.bytes ?? 0)) / orderIds.length,
      },
    ]),
  );
  return {
    events,
    documents: await documentSizes(mesh, orderIds),
    history: await historySize(mesh, orderIds),
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
      "catalog.listings": average(await find("catalog", "listings", ticketIds)),
      "catalog.orders": average(await find("catalog", "orders", ids)),
      "catalog.payments": average(await find("catalog", "payments", ids)),
    };
  } finally {
    await client.close();
  }
}

async function historySize(mesh: TestMesh, orderIds: readonly string[]): Promise<LeftBehind["history"]> {
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
