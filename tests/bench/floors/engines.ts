import { Client, credentials } from "@grpc/grpc-js";
import { jetstream, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { MongoClient } from "mongodb";
import { type Cost, measureCost } from "../../support/load/measure-cost.ts";
import { processes, startChild } from "../child-process.ts";
import type { Bench } from "../row.ts";

/** What an engine does with nothing of ours in front of it. */
export interface Floor {
  readonly name: string;
  readonly figure: string;
  /** CPU milliseconds a call: of the engine, and of this process, which is its client. */
  readonly server: number;
  readonly client: number;
  readonly cost: Cost;
}

/** About an event of ours, state included. */
const EVENT_BYTES = 700;
const QUIET = { limit: 150 };

export const measureEngines = async (bench: Bench): Promise<Floor[]> => [
  ...(await documents(bench)),
  await publishing(bench),
  await emptyCall(bench),
];

async function floor(
  label: { readonly name: string; readonly figure: string },
  engine: { readonly pid?: number | undefined },
  call: (n: number) => Promise<unknown>,
  calls: number,
): Promise<Floor> {
  const work = async (n: number) => {
    await call(n);
  };
  const load = { inFlight: 16, calls, warmUp: Math.ceil(calls / 4) };
  const cost = await measureCost(processes({ engine }), QUIET, work, load);
  return { ...label, server: cost.cpu.engine ?? 0, client: cost.cpu.load ?? 0, cost };
}

/** Reads by id, and read + replace pairs: what a handler asks of the database. */
async function documents({ mesh }: Bench): Promise<Floor[]> {
  const client = await MongoClient.connect(mesh.addresses.mongo, {
    maxPoolSize: 16,
    writeConcern: { w: "majority", journal: true },
  });
  try {
    const collection = client.db("bench").collection<{ _id: string; version: number; text: string }>("pairs");
    const text = "x".repeat(EVENT_BYTES);
    const ids = Array.from({ length: 500 }, (_, n) => `${n}`);
    await collection.insertMany(ids.map((_id) => ({ _id, version: 1, text })));
    const read = (n: number) => collection.findOne({ _id: ids[n % ids.length] ?? "" });
    const pair = async (n: number) => {
      const { _id, version } = (await read(n)) ?? { _id: "", version: 0 };
      await collection.replaceOne({ _id, version }, { version: version + 1, text });
    };
    const engine = mesh.process("mongo");
    const reading = { name: "a document read", figure: "floor.read" };
    const replacing = { name: "a document read and replaced, on the disk", figure: "floor.read_replace" };
    const floors = [await floor(reading, engine, read, 4_000), await floor(replacing, engine, pair, 1_500)];
    await client.db("bench").dropDatabase();
    return floors;
  } finally {
    await client.close();
  }
}

/** Acknowledged publishes: each is on the disk. */
async function publishing({ mesh }: Bench): Promise<Floor> {
  const connection = await connect(brokerLogin(mesh.addresses.nats));
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: "BENCH", subjects: ["bench.>"], storage: StorageType.File });
    const client = jetstream(connection);
    const payload = new Uint8Array(EVENT_BYTES);
    const publish = (n: number) => client.publish(`bench.${n % 100}`, payload);
    const label = { name: "an event of 700 B published, on the disk", figure: "floor.publish" };
    const result = await floor(label, mesh.process("nats"), publish, 4_000);
    await manager.streams.delete("BENCH");
    return result;
  } finally {
    await connection.close();
  }
}

/** grpc-js on both ends, and nothing in the message. */
async function emptyCall({ mesh }: Bench): Promise<Floor> {
  const keysFile = `${mesh.dataDir}/keys/services.jwks.json`;
  const child = await startChild<{ bare: number }>("handler-server.ts", [keysFile, mesh.addresses.mongo]);
  const client = new Client(`127.0.0.1:${child.started.bare}`, credentials.createInsecure());
  const bytes = (value: Buffer) => value;
  const nothing = Buffer.alloc(0);
  const call = () =>
    new Promise<void>((resolve, reject) => {
      client.makeUnaryRequest("/bench.Bench/Nothing", bytes, bytes, nothing, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  try {
    const label = { name: "an empty gRPC call (grpc-js)", figure: "floor.grpc" };
    return await floor(label, child.process, call, 6_000);
  } finally {
    client.close();
    await child.close();
  }
}
