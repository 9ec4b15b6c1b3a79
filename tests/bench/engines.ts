import { jetstream, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { MongoClient } from "mongodb";
import type { TestMesh } from "../test-mesh.ts";
import { closedLoop, quantile } from "./closed-loop.ts";

/** What one server of an engine does alone, with nothing of ours in front of it. */
export interface EngineRate {
  readonly name: string;
  readonly perSecond: number;
  readonly p50: number;
}

const MS = 1_500;
/** About an event of ours, state included. */
const EVENT_BYTES = 700;

export async function measureEngines(mesh: TestMesh): Promise<EngineRate[]> {
  return [await publishing(mesh), ...(await writing(mesh))];
}

/** Acknowledged publishes: each is on the disk. */
async function publishing(mesh: TestMesh): Promise<EngineRate> {
  const connection = await connect(brokerLogin(mesh.addresses.nats));
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: "BENCH", subjects: ["bench.>"], storage: StorageType.File });
    const client = jetstream(connection);
    const payload = new Uint8Array(EVENT_BYTES);
    const result = await closedLoop(
      async (n) => {
        await client.publish(`bench.${n % 100}`, payload);
      },
      { inFlight: 64, ms: MS },
    );
    await manager.streams.delete("BENCH");
    return rate("NATS: publishes of 700 B to one stream, each on the disk", result);
  } finally {
    await connection.close();
  }
}

/** Reads by id, and read + replace pairs: what a handler asks of the database. */
async function writing(mesh: TestMesh): Promise<EngineRate[]> {
  const client = await MongoClient.connect(mesh.addresses.mongo, {
    maxPoolSize: 16,
    writeConcern: { w: "majority", journal: true },
  });
  try {
    const collection = client.db("bench").collection<{ _id: string; version: number; text: string }>("pairs");
    const text = "x".repeat(EVENT_BYTES);
    const ids = Array.from({ length: 500 }, (_, n) => `${n}`);
    await collection.deleteMany({});
    await collection.insertMany(ids.map((_id) => ({ _id, version: 1, text })));
    const id = (n: number) => ids[n % ids.length] ?? "";
    const reads = await closedLoop(
      async (n) => {
        await collection.findOne({ _id: id(n) });
      },
      { inFlight: 20, ms: MS },
    );
    const pairs = await closedLoop(
      async (n) => {
        const found = await collection.findOne({ _id: id(n) });
        const version = found?.version ?? 0;
        await collection.replaceOne({ _id: id(n), version }, { version: version + 1, text });
      },
      { inFlight: 20, ms: MS },
    );
    await client.db("bench").dropDatabase();
    return [
      rate("database: reads of one document", reads),
      rate("database: read + replace of one document, each on the disk", pairs),
    ];
  } finally {
    await client.close();
  }
}

const rate = (name: string, result: { perSecond: number; latencies: number[] }): EngineRate => ({
  name,
  perSecond: result.perSecond,
  p50: quantile(result.latencies, 0.5),
});
