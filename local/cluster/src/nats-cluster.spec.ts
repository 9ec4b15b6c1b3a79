import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as netConnect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as tlsConnect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect as natsConnect } from "@nats-io/transport-node";
import { createEvents, type Events } from "@ticketing/runtime/events/events";
import { createLogger } from "@ticketing/runtime/process/log";
import { openTransportSecurity, type TransportSecurity } from "@ticketing/runtime/process/transport-security";
import { makeAuthority } from "@ticketing/servers/certificates";
import { findServer } from "@ticketing/servers/find";
import { launch, type RunningProcess } from "@ticketing/servers/launch";
import { freePort } from "@ticketing/servers/ports";
import { httpOk } from "@ticketing/servers/probe";
import { overlayObjects } from "../testing/mesh.ts";
import { writeCertificate, writeNatsConfig } from "./nats-config.ts";
import { secret } from "./objects.ts";

// Three servers find each other and choose a leader.
jest.setTimeout(60_000);

const log = createLogger("spec", "silent");
let folder: string;
const authority = makeAuthority();
let security: TransportSecurity | undefined;
const servers: RunningProcess[] = [];
const clients: number[] = [];
const routes: number[] = [];
const home = (server: number) => join(folder, `${server}`);
const password = new Map<string, string>();
const opened: Events[] = [];

/** Production's three servers, on ports of this machine, where all of them are called localhost. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-nats-"));
  const objects = await overlayObjects("k8s/overlays/production");
  for (const user of ["auth", "tickets"]) password.set(user, secret(objects, user)?.["nats-password"] ?? "");
  routes.push(await freePort(), await freePort(), await freePort());
  await Promise.all(
    routes.map(async (route, index) => {
      const [client, monitor] = [await freePort(), await freePort()];
      clients[index] = client;
      const here = (text: string) =>
        text
          .replace("0.0.0.0:4222", `127.0.0.1:${client}`)
          .replace("0.0.0.0:8222", `127.0.0.1:${monitor}`)
          .replace("0.0.0.0:6222", `127.0.0.1:${route}`)
          .replace(/nats-(\d)\.nats:6222/g, (_, other: string) => `localhost:${routes[Number(other)]}`)
          .replace("/run/nats/", `${home(index)}/`)
          .replace("store_dir: /data", `store_dir: ${JSON.stringify(join(home(index), "data"))}`);
      const { file, env } = await writeNatsConfig(objects, home(index), here, authority);
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
  security = await openTransportSecurity(join(home(0), "tls"), log);
}, 120_000);

afterAll(async () => {
  for (const events of opened) await events.close();
  security?.close();
  await Promise.all(servers.map((server) => server?.kill()));
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function connect(user: string, server: number): Promise<Events> {
  const natsUrl = `tls://${user}:${password.get(user)}@localhost:${clients[server]}`;
  const events = await createEvents({ natsUrl, streams: { replicas: 3 }, name: user, log, security });
  opened.push(events);
  return events;
}

/** What a port says to somebody who speaks plain text. */
async function answerInPlain(port: number): Promise<string> {
  const socket = netConnect(port, "127.0.0.1");
  let said = "";
  socket.on("data", (data) => {
    said += data;
  });
  socket.write('CONNECT {"verbose":false}\r\nPING\r\n');
  await new Promise((resolve) => {
    socket.on("close", resolve);
    socket.on("error", resolve);
  });
  return said;
}

/** The fingerprint of the certificate that a port shows: clients are greeted before, in plain text, and servers are not. */
async function shown(port: number): Promise<string> {
  const socket = netConnect(port, "127.0.0.1");
  if (clients.includes(port)) await new Promise((resolve) => socket.once("data", resolve));
  const secure = tlsConnect({ socket, servername: "localhost", ca: authority.cert });
  secure.on("error", () => undefined);
  await new Promise((resolve, reject) => {
    secure.once("secureConnect", resolve);
    secure.once("close", reject);
  });
  const { fingerprint256 } = secure.getPeerCertificate();
  secure.destroy();
  return fingerprint256;
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
    const there = { servers: `localhost:${clients[2]}`, tls: { ca: authority.cert } };
    await expect(natsConnect({ ...there, user: "auth", pass: password.get("tickets") })).rejects.toThrow(
      /authorization/i,
    );
    await expect(natsConnect(there)).rejects.toThrow(/authorization/i);
  });

  it("speaks TLS alone, under a name that its clients know, and tells them no other", async () => {
    const [user, pass] = ["auth", password.get("auth")];
    const there = { servers: `localhost:${clients[2]}`, user, pass };
    const trusted = { tls: { ca: authority.cert } };
    const stranger = { tls: { ca: makeAuthority().cert } };
    await expect(natsConnect({ ...there, ...stranger })).rejects.toThrow(/certificate/i);
    for (const port of [clients[2], routes[2]]) expect(await answerInPlain(port ?? 0)).not.toMatch(/PONG/);
    const connection = await natsConnect({ ...there, ...trusted });
    expect(connection.info).toMatchObject({ tls_required: true });
    expect(connection.info?.connect_urls ?? []).toEqual([]);
    await connection.close();
  });

  it("shows a renewed certificate from the moment that the pod's other container notices it", async () => {
    const [client = 0, route = 0] = [clients[1], routes[1]];
    const tickets = await connect("tickets", 1);
    const reload = spawn("/bin/sh", [join(home(1), "reload.sh")], {
      env: {
        PATH: [dirname(await findServer("nats")), process.env.PATH].join(delimiter),
        TLS_DIR: join(home(1), "tls"),
        PID_FILE: join(home(1), "nats.pid"),
        INTERVAL: "0.1",
      },
      stdio: "ignore",
    });
    try {
      for (let renewal = 0; renewal < 2; renewal++) {
        const before = [await shown(client), await shown(route)];
        await writeCertificate(join(home(1), "tls"), authority);
        for (const [at, port] of [client, route].entries()) {
          for (let n = 0; n < 200 && (await shown(port)) === before[at]; n++) await sleep(50);
          expect(await shown(port)).not.toBe(before[at]);
        }
      }
    } finally {
      reload.kill("SIGKILL");
    }
    // Whoever is connected stays so.
    await expect(tickets.ping()).resolves.toBeUndefined();
  });

  it("keeps events on three servers and takes them while one is away", async () => {
    const tickets = await connect("tickets", 1);
    await tickets.ensureStream("TICKETS", ["evt.tickets.>"]);
    const connection = await natsConnect({
      ...{ servers: `localhost:${clients[1]}`, user: "tickets", pass: password.get("tickets") },
      tls: { ca: authority.cert },
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
