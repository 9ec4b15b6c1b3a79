import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { startNats } from "@ticketing/servers/nats";
import { connectBroker } from "./broker-connection.ts";
import { type FileStore, type FileStoreOptions, LeaseLost, openFileStore } from "./file-store.ts";

const LEASE_MS = 1000;
const options: FileStoreOptions = { stream: "FILES", subject: "files.spec", replicas: 1, keep: 2 };
let folder: string;
let server: Awaited<ReturnType<typeof startNats>>;
let connection: NatsConnection;
let manager: JetStreamManager;
let time: number;
let store: FileStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-files-"));
  server = await startNats({ dir: folder });
  connection = await connectBroker({ natsUrl: server.url, name: "spec" });
  manager = await jetstreamManager(connection);
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  time = Date.UTC(2030, 0, 1);
  store = await openFileStore(connection, { ...options, now: () => time });
});
afterEach(() => manager.streams.delete("FILES"));

async function* bytes(...parts: Uint8Array[]) {
  yield* parts;
}
const content = (byte: number, size = 1_300_000) => bytes(new Uint8Array(size).fill(byte));
const lease = async () => {
  const taken = await store.lease(LEASE_MS);
  if (!taken) throw new Error("another has the lease");
  return taken;
};
const parts = async () => {
  const { state } = await manager.streams.info("FILES", { subjects_filter: "files.spec.*.*" });
  return Object.keys(state.subjects ?? {});
};
const partIds = async () => [...new Set((await parts()).map((subject) => subject.split(".")[2]))].sort();
/** Content whose reader waits in the middle until it may go on. */
function slow(byte: number) {
  const middle = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  async function* read() {
    yield* content(byte);
    middle.resolve();
    await rest.promise;
    yield* content(byte);
  }
  return { content: read(), middle: middle.promise, goOn: rest.resolve };
}

describe("stored files", () => {
  it("are read as they were written, whatever the pieces", async () => {
    const pieces = [0, 1, 524_287, 524_288, 524_289, 2_000_000].map((size, n) =>
      new Uint8Array(size).fill(n),
    );
    const file = await (await lease()).store(bytes(...pieces), { of: "spec" });
    expect(await store.list()).toEqual([file]);
    const read: Uint8Array[] = [];
    for await (const part of store.read(file)) read.push(part);
    expect(Buffer.concat(read).equals(Buffer.concat(pieces))).toBe(true);
    const empty = await (await lease()).store(bytes(), null);
    for await (const _part of store.read(empty)) throw new Error("it has nothing");
  });

  it("have one writer at a time, and another once the lease is released or ran out", async () => {
    const first = await lease();
    expect(await store.lease(LEASE_MS)).toBeUndefined();
    await first.release();
    await lease();
    time += LEASE_MS - 1;
    expect(await store.lease(LEASE_MS)).toBeUndefined();
    time += 1;
    const taken = await Promise.all([store.lease(LEASE_MS), store.lease(LEASE_MS), store.lease(LEASE_MS)]);
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it("of a writer that slept past its lease replace nothing, and go", async () => {
    const sleeper = slow(1);
    const stale = (await lease()).store(sleeper.content, "stale");
    await sleeper.middle;
    time += LEASE_MS;
    const next = await lease();
    sleeper.goOn();
    await expect(stale).rejects.toThrow(LeaseLost);
    const file = await next.store(content(2), "fresh");
    expect(await store.list()).toEqual([file]);
    expect(await partIds()).toEqual([file.id]);
  });

  it("of the next writer are left alone by one that slept before it began to write", async () => {
    const stale = await lease();
    time += LEASE_MS;
    const running = slow(2);
    const writing = (await lease()).store(running.content, "fresh");
    await running.middle;
    await expect(stale.store(content(1), "stale")).rejects.toThrow(LeaseLost);
    running.goOn();
    const file = await writing;
    let size = 0;
    for await (const part of store.read(file)) size += part.length;
    expect(size).toBe(2_600_000);
  });

  it("that a killed writer left behind go when the next one begins", async () => {
    const killed = slow(1);
    const writing = (await lease()).store(killed.content, "killed");
    await killed.middle;
    // Both whole parts of what was read are on their way.
    while ((await parts()).length < 2) await sleep(10);
    expect(await partIds()).toHaveLength(1);
    time += LEASE_MS;
    const file = await (await lease()).store(content(2), "next");
    expect(await partIds()).toEqual([file.id]);
    killed.goOn();
    await expect(writing).rejects.toThrow(LeaseLost);
  });

  it.each([
    "{not json",
    "",
    "null",
    '{"files":[{}]}',
    '{"files":[],"lease":{"holder":"x","until":"9999-01-01T00:00:00Z"}}',
  ])("begin anew where the list is damaged: %j", async (index) => {
    await (await lease()).store(content(1), "lost");
    await jetstream(connection).publish("files.spec.index", index);
    expect(await store.list()).toEqual([]);
    const file = await (await lease()).store(content(2), "next");
    expect(await store.list()).toEqual([file]);
    expect(await partIds()).toEqual([file.id]);
  });

  it("are the newest few", async () => {
    const files = [];
    for (let n = 0; n < 4; n++) files.unshift(await (await lease()).store(content(n), n));
    expect(await store.list()).toEqual(files.slice(0, 2));
    expect(await partIds()).toEqual(
      files
        .slice(0, 2)
        .map(({ id }) => id)
        .sort(),
    );
  });
});
