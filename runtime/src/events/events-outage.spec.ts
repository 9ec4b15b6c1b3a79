import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { type NatsServer, startNats } from "@ticketing/servers/nats";
import { createLogger } from "../process/log.ts";
import { createHealth } from "../serving/health.ts";
import { BrokerRefusal } from "./broker-access.ts";
import { brokerLogin } from "./broker-login.ts";
import { createEvents, type Events } from "./events.ts";

const log = createLogger("spec", "silent");
const STREAM = "OUTAGE";
const FILTER = "spec.outage.>";
let folder: string;
let server: NatsServer;
const opened: Events[] = [];
/** The process must not end with a test. */
let exit: jest.SpiedFunction<typeof process.exit>;

beforeEach(async () => {
  exit = jest.spyOn(process, "exit").mockImplementation((() => undefined) as () => never);
  folder = await mkdtemp(join(tmpdir(), "ticketing-outage-"));
});
afterEach(async () => {
  for (const events of opened.splice(0)) await events.close();
  await server?.kill();
  exit.mockRestore();
  await rm(folder, { recursive: true, force: true });
});

async function enter(natsUrl: string): Promise<Events> {
  const events = await createEvents({ natsUrl, name: "spec", log });
  opened.push(events);
  return events;
}

const publish = (events: Events, id: string) =>
  events.publish({
    subject: `spec.outage.made.${id}`,
    id,
    type: "spec.made",
    source: "spec",
    time: new Date(0),
    payload: new Uint8Array(),
  });

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 750; n++) {
    if (await done()) return;
    await sleep(20);
  }
  throw new Error("it never happened");
}

describe("a watch", () => {
  it.each([
    ["that has received nothing", [], ["new"]],
    ["that has received something", ["first"], ["first", "new"]],
  ])(
    "%s goes on where it was when the broker restarts",
    async (_, between, expected) => {
      server = await startNats({ dir: folder });
      const events = await enter(server.url);
      await events.ensureStream(STREAM, [FILTER]);
      for (const id of ["old1", "old2", "old3"]) await publish(events, id);
      const seen: string[] = [];
      await events.watch({
        stream: STREAM,
        filter: FILTER,
        handle: ({ documentId }) => void seen.push(documentId),
      });
      for (const id of between) await publish(events, id);
      await until(() => seen.length === between.length);
      await server.kill();
      server = await startNats({ dir: folder, port: server.port });
      await until(() =>
        publish(events, "new").then(
          () => true,
          () => false,
        ),
      );
      await until(() => seen.includes("new"));
      expect(seen).toEqual(expected);
    },
    60_000,
  );

  it("misses nothing of what was published while it was cut off", async () => {
    server = await startNats({ dir: folder });
    const [watching, publishing] = [await enter(server.url), await enter(server.url)];
    await watching.ensureStream(STREAM, [FILTER]);
    await publish(publishing, "old");
    const seen: string[] = [];
    let gaps = 0;
    await watching.watch({
      stream: STREAM,
      filter: FILTER,
      handle: ({ documentId }) => void seen.push(documentId),
      onGap: () => {
        gaps++;
      },
    });
    // Its consumer is taken from it, as an hour without a connection does, and an event comes before it has another.
    const connection = await connect(brokerLogin(server.url));
    const { consumers } = await jetstreamManager(connection);
    for await (const { name } of consumers.list(STREAM)) await consumers.delete(STREAM, name);
    await publish(publishing, "between");
    await until(() => seen.includes("between"));
    await connection.close();
    expect([seen, gaps]).toEqual([["between"], 0]);
  }, 60_000);

  it("takes all of a stream that was made anew, and says that events may have been missed", async () => {
    server = await startNats({ dir: folder });
    const events = await enter(server.url);
    await events.ensureStream(STREAM, [FILTER]);
    for (const id of ["old1", "old2", "old3"]) await publish(events, id);
    const seen: string[] = [];
    let gaps = 0;
    await events.watch({
      stream: STREAM,
      filter: FILTER,
      handle: ({ documentId }) => void seen.push(documentId),
      onGap: () => {
        gaps++;
      },
    });
    const connection = await connect(brokerLogin(server.url));
    await (await jetstreamManager(connection)).streams.delete(STREAM);
    await connection.close();
    await events.ensureStream(STREAM, [FILTER]);
    await publish(events, "new");
    await until(() => seen.includes("new"));
    expect([seen, gaps]).toEqual([["new"], 1]);
  }, 60_000);
});

describe("a process whose login the broker refuses", () => {
  const users = (password: string, more = "") =>
    `authorization { users: [{ user: spec, password: ${password}${more} }] }`;

  /** Changes who may enter, as a rotated Secret does: NATS reads its configuration again. */
  async function admit(authorization: string): Promise<void> {
    const file = join(folder, "nats.conf");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/authorization \{.*\}/, authorization));
    process.kill(server.pid, "SIGHUP");
  }

  it("does not serve meanwhile, and takes up its work when the login is good again", async () => {
    server = await startNats({ dir: folder, users: { config: users("first"), env: {} } });
    const events = await enter(server.url.replace("//", "//spec:first@"));
    await events.ensureStream(STREAM, [FILTER]);
    const seen: string[] = [];
    const handle = async ({ id }: { id: string }) => {
      seen.push(id);
    };
    events.consume({ stream: STREAM, durable: "spec", filter: FILTER, handle });
    await publish(events, "before");
    await until(() => seen.length === 1);
    const health = createHealth({ name: "spec", log, events });
    expect((await health.check()).ready).toBe(true);

    await admit(users("second"));
    await until(async () => !(await health.check()).ready);
    // The client library gives up after two refusals: these are many more.
    await sleep(2_000);
    await expect(events.ping()).rejects.toBeInstanceOf(BrokerRefusal);

    await admit(users("first"));
    await until(() =>
      publish(events, "after").then(
        () => true,
        () => false,
      ),
    );
    await until(() => seen.includes("after"));
    await until(async () => (await health.check()).ready);
  }, 60_000);

  it("does not serve while a consumer of it is refused, and does when it is taken again", async () => {
    server = await startNats({ dir: folder, users: { config: users("same"), env: {} } });
    const events = await enter(server.url.replace("//", "//spec:same@"));
    await events.ensureStream(STREAM, [FILTER]);
    const seen: string[] = [];
    const health = createHealth({ name: "spec", log, events });
    await admit(users("same", ', permissions: { publish: { deny: "$JS.API.CONSUMER.>" } }'));
    await sleep(300);
    events.consume({
      stream: STREAM,
      durable: "spec",
      filter: FILTER,
      handle: async ({ id }) => {
        seen.push(id);
      },
    });
    await until(async () => !(await health.check()).ready);
    await admit(users("same"));
    await until(async () => (await health.check()).ready);
    await publish(events, "after");
    await until(() => seen.includes("after"));
  }, 60_000);
});

describe("a connection that ended for good", () => {
  it("ends the process: nobody waits for one that hears nothing", async () => {
    server = await startNats({ dir: folder });
    const { NatsConnectionImpl } = await import("@nats-io/nats-core/internal");
    const status = jest.spyOn(NatsConnectionImpl.prototype, "status");
    await createEvents({ natsUrl: server.url, name: "spec", log });
    const [connection] = status.mock.contexts;
    status.mockRestore();
    if (!(connection instanceof NatsConnectionImpl)) throw new Error("nobody connected");
    await connection.protocol.close(new Error("the library gave up"));
    await until(() => exit.mock.calls.length > 0);
    expect(exit).toHaveBeenCalledWith(1);
  });
});
