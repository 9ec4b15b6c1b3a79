import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect as natsConnect } from "@nats-io/transport-node";
import { createEvents, type Events } from "@ticketing/runtime/events";
import { createLogger } from "@ticketing/runtime/log";
import { findServer } from "@ticketing/servers/find";
import { launch, type RunningProcess } from "@ticketing/servers/launch";
import { freePort } from "@ticketing/servers/ports";
import { httpOk } from "@ticketing/servers/probe";
import { overlayObjects } from "../testing/mesh.ts";
import { writeNatsConfig } from "./nats-config.ts";
import { secret } from "./objects.ts";

// Three servers find each other and choose a leader.
jest.setTimeout(60_000);

const log = createLogger("spec", "silent");
let folder: string;
const servers: RunningProcess[] = [];
const clients: number[] = [];
const password = new Map<string, string>();
const opened: Events[] = [];

/** Production's three servers, on ports of this machine. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-nats-"));
  const objects = await overlayObjects("k8s/overlays/production");
  for (const user of ["auth", "tickets"]) password.set(user, secret(objects, user)?.["nats-password"] ?? "");
  const routes = [await freePort(), await freePort(), await freePort()];
  await Promise.all(
    routes.map(async (route, index) => {
      const [client, monitor] = [await freePort(), await freePort()];
      clients[index] = client;
      const home = join(folder, `${index}`);
      const { file, env } = await writeNatsConfig(objects, home, (text) =>
        text
          .replace("0.0.0.0:4222", `127.0.0.1:${client}`)
          .replace("0.0.0.0:8222", `127.0.0.1:${monitor}`)
          .replace("0.0.0.0:6222", `127.0.0.1:${route}`)
          .replace(/nats-(\d)\.nats:6222/g, (_, other: string) => `127.0.0.1:${routes[Number(other)]}`)
          .replace("/run/nats/", `${home}/`)
          .replace("store_dir: /data", `store_dir: ${JSON.stringify(join(home, "data"))}`),
      );
      servers[index] = await launch({
        name: `nats-${index}`,
        command: await findServer("nats"),
        args: ["--config", file],
        env: { ...process.env, ...env, POD_NAME: `nats-${index}` },
        logFile: join(folder, `nats-${index}.log`),
        // What the pod's startup probe asks.
        probe: () => httpOk(`http://127.0.0.1:${monitor}/healthz`),
      });
    }),
  );
}, 120_000);

afterAll(async () => {
  for (const events of opened) await events.close();
  await Promise.all(servers.map((server) => server?.kill()));
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function connect(user: string, server: number): Promise<Events> {
  const natsUrl = `nats://${user}:${password.get(user)}@127.0.0.1:${clients[server]}`;
  const events = await createEvents({ natsUrl, replicas: 3, name: user, log });
  opened.push(events);
  return events;
}

/** Publishes as the relay does: again, while the servers that are left choose new leaders. */
async function untilTaken(events: Events, what: ReturnType<typeof event>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await events.publish(what);
    } catch (error) {
      if (attempt === 60) throw error;
      await sleep(500);
    }
  }
}

const event = (service: string, version: number) => ({
  subject: `evt.${service}.v1.spec.1`,
  id: `1:${version}`,
  type: "spec",
  source: service,
  time: new Date(),
  payload: new Uint8Array([version]),
});

describe("the broker of production", () => {
  it("takes from a service only what is its own", async () => {
    const [tickets, auth] = await Promise.all([connect("tickets", 1), connect("auth", 2)]);
    await tickets.ensureStream("TICKETS", ["evt.tickets.>"]);
    await tickets.publish(event("tickets", 1));
    await expect(auth.publish(event("tickets", 2))).rejects.toThrow(/permissions violation/i);
  });

  it("lets nobody in with another's password", async () => {
    const servers = `127.0.0.1:${clients[2]}`;
    await expect(natsConnect({ servers, user: "auth", pass: password.get("tickets") })).rejects.toThrow(
      /authorization/i,
    );
    await expect(natsConnect({ servers })).rejects.toThrow(/authorization/i);
  });

  it("keeps events on three servers and takes them while one is away", async () => {
    const tickets = await connect("tickets", 1);
    await tickets.ensureStream("TICKETS", ["evt.tickets.>"]);
    const connection = await natsConnect({
      ...{ servers: `127.0.0.1:${clients[1]}`, user: "tickets", pass: password.get("tickets") },
      inboxPrefix: "_INBOX.tickets",
    });
    const { cluster } = await (await jetstreamManager(connection, { checkAPI: false })).streams.info(
      "TICKETS",
    );
    await connection.close();
    expect(cluster?.replicas).toHaveLength(2);
    await servers[0]?.kill();
    await expect(untilTaken(tickets, event("tickets", 3))).resolves.toBeUndefined();
  });
});
