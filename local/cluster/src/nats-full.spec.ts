import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createEvents, type Events } from "@ticketing/runtime/events/events";
import { createLogger } from "@ticketing/runtime/process/log";
import { findServer } from "@ticketing/servers/find";
import { launch, type RunningProcess } from "@ticketing/servers/launch";
import { freePort } from "@ticketing/servers/ports";
import { greeting } from "@ticketing/servers/probe";
import { overlayObjects } from "../testing/mesh.ts";
import { writeNatsConfig } from "./nats-config.ts";
import { secret } from "./objects.ts";

const ROOM = 3_000_000;
const EVENT_BYTES = 100_000;
let folder: string;
let port: number;
let server: RunningProcess;
let events: Events;
let open: (maxBytes?: number) => Promise<Events>;

/** The local overlay's broker, on a disk of which it may fill so many bytes. */
async function start(room: number): Promise<RunningProcess> {
  const objects = await overlayObjects("k8s/overlays/local");
  const { file, env } = await writeNatsConfig(objects, folder, (text) =>
    text
      .replace("0.0.0.0:4222", `127.0.0.1:${port}`)
      .replace(/^http:.*$/m, "")
      .replace("/run/nats/", `${folder}/`)
      .replace("store_dir: /data", `store_dir: ${JSON.stringify(join(folder, "data"))}`),
  );
  return launch({
    name: "nats",
    command: await findServer("nats"),
    args: ["--config", file],
    env: { ...process.env, ...env, EVENT_STORAGE: `${room}`, POD_NAME: "nats-0" },
    logFile: join(folder, "nats.log"),
    probe: async () => void (await greeting(port)),
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-full-"));
  port = await freePort();
  server = await start(ROOM);
  const password = secret(await overlayObjects("k8s/overlays/local"), "tickets")?.["nats-password"];
  const natsUrl = `nats://tickets:${password}@127.0.0.1:${port}`;
  open = (maxBytes) => {
    const streams = { replicas: 1, maxBytes };
    return createEvents({ natsUrl, streams, name: "tickets", log: createLogger("spec", "silent") });
  };
  events = await open();
  await events.ensureStream("TICKETS", ["evt.tickets.>"]);
}, 120_000);
afterAll(async () => {
  await events?.close();
  await server?.kill();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

const publish = (n: number) =>
  events.publish({
    subject: `evt.tickets.v1.spec.${n}`,
    id: `${n}`,
    type: "spec",
    source: "tickets",
    time: new Date(0),
    payload: new Uint8Array(EVENT_BYTES),
  });

it("a broker that is full refuses events, and takes them once it has room", async () => {
  let taken = 0;
  let refusal: unknown;
  while (!refusal && taken < 100)
    await publish(taken).then(
      () => taken++,
      (error: unknown) => {
        refusal = error;
      },
    );
  expect(String(refusal)).toMatch(/insufficient|resource/i);
  expect(taken).toBeGreaterThan(10);
  expect(taken * EVENT_BYTES).toBeLessThanOrEqual(ROOM);

  await server.kill();
  server = await start(10 * ROOM);
  for (let tries = 0; tries < 50; tries++) {
    const isTaken = await publish(taken).then(
      () => true,
      () => false,
    );
    if (isTaken) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await publish(taken + 1);
}, 60_000);

it("a stream that is promised most of the room is brought to its settings again, and made smaller", async () => {
  for (const share of [0.9, 0.9, 0.8, 0.9]) {
    const owner = await open(share * 10 * ROOM);
    await owner.ensureStream("TICKETS", ["evt.tickets.>"]);
    await owner.close();
  }
  const greedy = await open(1.1 * 10 * ROOM);
  await expect(greedy.ensureStream("TICKETS", ["evt.tickets.>"])).rejects.toThrow(/insufficient/);
  await greedy.close();
});
