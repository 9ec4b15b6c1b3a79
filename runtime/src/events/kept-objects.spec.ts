import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { startNats } from "@ticketing/servers/nats";
import { connectBroker } from "./broker-connection.ts";
import { type KeptObjects, type KeptObjectsOptions, openObjects } from "./kept-objects.ts";

const options: KeptObjectsOptions = { stream: "OBJECTS", subject: "objects.spec", replicas: 1 };
let folder: string;
let server: Awaited<ReturnType<typeof startNats>>;
let connection: NatsConnection;
let manager: JetStreamManager;
let objects: KeptObjects;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-objects-"));
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
  objects = await openObjects(connection, options);
});
afterEach(() => manager.streams.delete("OBJECTS"));

const stored = async () => (await manager.streams.info("OBJECTS")).state.messages;

describe("an object that the broker keeps", () => {
  it("is what was stored, whatever its size and its name", async () => {
    for (const [name, size] of [
      ["files/1", 0],
      ["a.b > c.*", 10],
      ["files/2", 10 * 2 ** 20],
    ] as const) {
      const content = randomBytes(size);
      await objects.put(name, content);
      expect((await objects.get(name))?.equals(content)).toBe(true);
    }
    expect(await objects.get("files/3")).toBeUndefined();
  });

  it("is replaced whole, and nothing is left of the one before", async () => {
    await objects.put("files/1", randomBytes(2 ** 20));
    await objects.put("files/1", Buffer.from("new"));
    expect(String(await objects.get("files/1"))).toBe("new");
    expect(await stored()).toBe(2);
  });

  it("is one or the other when two write it at once", async () => {
    const contents = Array.from({ length: 4 }, () => randomBytes(1_200_000));
    await Promise.all(contents.map((content) => objects.put("files/1", content)));
    const found = await objects.get("files/1");
    expect(contents.some((content) => found?.equals(content))).toBe(true);
  });

  it("is gone when it was removed, and others are not", async () => {
    await objects.put("files/1", Buffer.from("one"));
    await objects.put("files/10", Buffer.from("ten"));
    await objects.remove("files/1");
    await objects.remove("files/1");
    expect(await objects.get("files/1")).toBeUndefined();
    expect(String(await objects.get("files/10"))).toBe("ten");
    expect(await stored()).toBe(2);
  });

  it("is not given when a part of it is another or missing", async () => {
    await objects.put("files/1", randomBytes(2_000_000));
    const { state } = await manager.streams.info("OBJECTS", { subjects_filter: ">" });
    const part = Object.keys(state.subjects ?? {}).find((subject) => subject.endsWith(".1")) ?? "";
    await jetstream(connection).publish(part, Buffer.alloc(512 * 1024));
    await expect(objects.get("files/1")).rejects.toThrow("is not what was stored");
    await manager.streams.purge("OBJECTS", { filter: part });
    await expect(objects.get("files/1")).rejects.toThrow("is missing");
  });

  it("is refused when there is no room, and what is there stays", async () => {
    objects = await openObjects(connection, { ...options, maxBytes: 3_000_000 });
    const content = randomBytes(2_000_000);
    await objects.put("files/1", content);
    await expect(objects.put("files/2", content)).rejects.toThrow("maximum bytes exceeded");
    expect((await objects.get("files/1"))?.equals(content)).toBe(true);
    expect(await objects.get("files/2")).toBeUndefined();
  });

  it("goes by itself at its age", async () => {
    objects = await openObjects(connection, { ...options, maxAgeMs: 1_000 });
    await objects.put("files/1", Buffer.from("one"));
    for (let n = 0; n < 200 && (await stored()) > 0; n++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await objects.get("files/1")).toBeUndefined();
  });
});
