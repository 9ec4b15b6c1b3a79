import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { makeAuthority } from "@ticketing/servers/certificates";
import { type MongoServer, startMongo } from "@ticketing/servers/mongo";
import { startNats } from "@ticketing/servers/nats";
import { silent } from "../../testing/service.ts";
import { makeTlsDir } from "../../testing/tls-dir.ts";
import { startTlsProxy } from "../../testing/tls-proxy.ts";
import { type Database, openDatabase } from "../documents/database.ts";
import { createEvents, type Events } from "../events/events.ts";
import { openTransportSecurity } from "./transport-security.ts";

const authority = makeAuthority("first");
const next = makeAuthority("second");
const issue = (by = authority) => by.issue({ names: ["localhost", "127.0.0.1"] });

let folder: string;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secured-engines-"));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a process has that trusts these. */
async function trusting(authorities: string) {
  const dir = await makeTlsDir(issue(), authorities);
  const security = await openTransportSecurity(dir.folder, silent, 20);
  if (!security) throw new Error("a folder was named");
  closing.push(dir.remove, security.close);
  return { dir, security };
}

/** Takes connections, says this, and keeps what it is told. */
async function eavesdropper(greeting: string) {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => heard.push(bytes));
    socket.write(greeting);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port, heard, close };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

describe("a broker by TLS", () => {
  async function startBroker() {
    const { dir } = await trusting(authority.cert);
    const server = await startNats({ dir: join(folder, "nats"), tls: filesOf(dir.folder) });
    closing.push(server.stop);
    return `tls://127.0.0.1:${server.port}`;
  }
  const enter = (natsUrl: string, security: Awaited<ReturnType<typeof trusting>>["security"]) => {
    const events = createEvents({ natsUrl, name: "spec", log: silent, security });
    closing.push(async () => (await events).close());
    return events;
  };

  it("stores events, and is entered once its authority is trusted", async () => {
    const { dir, security } = await trusting(next.cert);
    let events: Events | undefined;
    const entering = enter(await startBroker(), security).then((entered) => {
      events = entered;
    });
    await sleep(1200);
    expect(events).toBeUndefined();
    await dir.replace("ca.crt", next.cert + authority.cert);
    await entering;
    await events?.ensureStream("SECURED", ["spec.secured"]);
    await expect(events?.ping()).resolves.toBeUndefined();
  });

  it("gets no password unless it speaks TLS", async () => {
    const info = { server_id: "x", version: "2.12.0", proto: 1, max_payload: 1024, headers: true };
    const plain = await eavesdropper(`INFO ${JSON.stringify(info)}\r\n`);
    const { dir, security } = await trusting(authority.cert);
    const entering = enter(`tls://orders:s3cret@127.0.0.1:${plain.port}`, security);
    await sleep(1200);
    expect(Buffer.concat(plain.heard).toString()).toBe("");
    await plain.close();
    const server = await startNats({
      dir: join(folder, "later"),
      port: plain.port,
      tls: filesOf(dir.folder),
    });
    closing.push(server.stop);
    await entering;
  });

  const filesOf = (dir: string) => ({ cert: join(dir, "tls.crt"), key: join(dir, "tls.key") });

  it("needs somebody to vouch for it", async () => {
    await expect(createEvents({ natsUrl: "tls://nats:4222", name: "spec", log: silent })).rejects.toThrow(
      "TLS_DIR",
    );
  });
});

describe("a database by TLS", () => {
  let mongo: MongoServer;
  beforeAll(async () => {
    mongo = await startMongo({ dir: join(folder, "mongo") });
  }, 60_000);
  afterAll(() => mongo?.stop());

  const uriAt = (port: number) => `mongodb://127.0.0.1:${port}/spec?directConnection=true`;

  it("is used only when it is vouched for, as of the moment of each connection", async () => {
    const proxy = await startTlsProxy(issue(), mongo);
    closing.push(proxy.close);
    const { dir, security } = await trusting(next.cert);
    let database: Database | undefined;
    const opening = openDatabase(uriAt(proxy.port), silent, security).then((opened) => {
      database = opened;
    });
    closing.push(() => database?.close());
    await sleep(1200);
    expect(database).toBeUndefined();
    await dir.replace("ca.crt", next.cert + authority.cert);
    await opening;
    await database?.db.collection<{ _id: string }>("things").insertOne({ _id: "a" });

    proxy.show(issue(next));
    await until(
      async () =>
        (await database?.ping().then(
          () => true,
          () => false,
        )) ?? false,
    );
    expect(await database?.db.collection("things").countDocuments()).toBe(1);
    await dir.replace("ca.crt", authority.cert);
    await until(() => !security.authorities().includes(next.cert));
    proxy.show(issue(next));
    await expect(database?.ping()).rejects.toThrow();
  });

  it("gets nothing in plain text", async () => {
    const plain = await eavesdropper("");
    const { security } = await trusting(authority.cert);
    const opening = openDatabase(uriAt(plain.port), silent, security);
    await until(() => plain.heard.length > 0);
    // A handshake of TLS, and not a message to a database.
    expect(plain.heard.every(([first]) => first === 0x16)).toBe(true);
    await plain.close();
    const proxy = await startTlsProxy(issue(), mongo, plain.port);
    closing.push(proxy.close);
    await (await opening).close();
  });
});
