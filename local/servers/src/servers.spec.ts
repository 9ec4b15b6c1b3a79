import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { MongoClient } from "mongodb";
import { findServers } from "./find.ts";
import { launch } from "./launch.ts";
import { databaseUri, startMongo } from "./mongo.ts";
import { startNats } from "./nats.ts";
import { freePort, isFree } from "./ports.ts";
import { grpcServing } from "./probe.ts";
import { startTemporal } from "./temporal.ts";

describe("servers of one machine", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "servers-"));
    await findServers();
  }, 120_000);
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it("NATS keeps a stream over a kill and a start on the same port", async () => {
    const first = await startNats({ dir: join(dir, "nats") });
    const connection = await connect({ servers: first.url });
    await (await jetstreamManager(connection)).streams.add({ name: "KEPT", subjects: ["kept.>"] });
    await connection.close();
    await first.kill();
    const second = await startNats({ dir: join(dir, "nats"), port: first.port });
    const again = await connect({ servers: second.url });
    expect((await (await jetstreamManager(again)).streams.info("KEPT")).config.subjects).toEqual(["kept.>"]);
    await again.close();
    await second.stop();
    expect(await isFree(first.port)).toBe(true);
  }, 30_000);

  it("the database keeps an acknowledged write over a kill", async () => {
    const first = await startMongo({ dir: join(dir, "mongo") });
    // Closing, it says good-bye to a server that is gone: by default it looks for it for half a minute.
    const options = { serverSelectionTimeoutMS: 1_000 };
    const writer = await MongoClient.connect(databaseUri(first.url, "kept"), options);
    await writer.db().collection("things").insertOne({ name: "ring" });
    await first.kill();
    await writer.close();
    const second = await startMongo({ dir: join(dir, "mongo"), port: first.port });
    const reader = await MongoClient.connect(databaseUri(second.url, "kept"));
    expect(await reader.db().collection("things").countDocuments({ name: "ring" })).toBe(1);
    await reader.close();
    await second.stop();
  }, 30_000);

  it("Temporal serves", async () => {
    const temporal = await startTemporal({ dir: join(dir, "temporal") });
    await grpcServing(temporal.address);
    await temporal.stop();
    await expect(grpcServing(temporal.address, "", 300)).rejects.toThrow();
  }, 60_000);

  it("a process that ends before it is ready is an error with the end of its log", async () => {
    const failing = launch({
      name: "broken",
      command: "sh",
      args: ["-c", "echo the port is taken; exit 3"],
      logFile: join(dir, "broken.log"),
      probe: () => Promise.reject(new Error("never")),
    });
    await expect(failing).rejects.toThrow(/broken ended \(code 3\)[\s\S]*the port is taken/);
  });

  it("a server does not outlive a parent that was killed", async () => {
    const port = await freePort();
    const parent = spawn(
      process.execPath,
      [
        "--input-type=module-typescript",
        "--eval",
        `import { startNats } from ${JSON.stringify(new URL("./nats.ts", import.meta.url).href)};
         await startNats({ dir: ${JSON.stringify(join(dir, "orphan"))}, port: ${port} });
         console.log("up"); setInterval(() => {}, 1000);`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await once(createInterface(parent.stdout), "line");
    expect(await isFree(port)).toBe(false);
    parent.kill("SIGKILL");
    for (let i = 0; i < 80 && !(await isFree(port)); i++) await sleep(100);
    expect(await isFree(port)).toBe(true);
  }, 30_000);
});
