import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { connectBroker } from "@ticketing/runtime/events/broker-connection";
import { type FileStore, openFileStore, type StoredFile } from "@ticketing/runtime/events/file-store";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { createLogger } from "@ticketing/runtime/process/log";
import { startNats } from "@ticketing/servers/nats";
import { openProjection, type Projection } from "../projection/projection.ts";
import { createSuggestions } from "../suggestions/suggestions.ts";
import { restoreSnapshot } from "./restore-snapshot.ts";
import { keepSnapshots, restoreFile, SNAPSHOTS } from "./snapshots.ts";
import { takeSnapshot } from "./take-snapshot.ts";

const DAY = 86_400_000;
const log = createLogger("spec", "silent");
let root: string;
let server: Awaited<ReturnType<typeof startNats>>;
let connection: NatsConnection;
let manager: JetStreamManager;
let store: FileStore;
let folder: string;
let file: string;
let source: Projection;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "snapshots-"));
  server = await startNats({ dir: root });
  connection = await connectBroker({ natsUrl: server.url, name: "spec" });
  manager = await jetstreamManager(connection);
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = mkdtempSync(join(root, "replica-"));
  file = join(folder, "search.db");
  await manager.streams.add({ name: "TICKETS", subjects: ["evt.tickets.>"] });
  store = await openFileStore(connection, { ...SNAPSHOTS, replicas: 1 });
  source = openProjection(join(folder, "source.db"), { clock });
  await list(0, 300);
});
afterEach(async () => {
  source.close();
  await manager.streams.delete("TICKETS");
  await manager.streams.delete(SNAPSHOTS.stream);
});

/** So many tickets are listed, and followed. */
async function list(from: number, to: number): Promise<void> {
  const { created } = await manager.streams.info("TICKETS");
  for (let n = from; n < to; n++) await jetstream(connection).publish(`evt.tickets.v1.listed.${n}`);
  const sequence = (await manager.streams.info("TICKETS")).state.last_seq;
  const now = Date.now();
  source.apply({
    listings: Array.from({ length: to - from }, (_, n) => ({
      ...{ id: `t${from + n}`, version: 1, sellerId: "s", sellerName: "Seller", title: "Jazz", category: 1 },
      ...{ eventTitle: `Jazz ${n % 9}`, venue: "Hall", city: "Oslo", start: now + DAY },
      seat: { section: "", row: "", number: `${n}` },
      price: { minorUnits: 500 + n, currency: "EUR" },
      storedStatus: TicketStatus.AVAILABLE,
      instant: false,
      ...{ heldUntil: n % 5 === 0 ? now + DAY : null, created: now, updated: now },
    })),
    position: { stream: "TICKETS", created, sequence, incomplete: false },
  });
}

const take = (every = 0) => takeSnapshot({ store, file: join(folder, "source.db"), every });

function contents(path: string): unknown {
  const db = new DatabaseSync(path);
  const counts = [
    "event_prices",
    "event_sections",
    "event_price_cells",
    "event_bands",
    "event_kinds",
    "cities",
  ];
  const tables = ["positions", "events", ...counts, "texts", "listings"];
  const rows = tables.map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all());
  const found = db.prepare("SELECT count(*) AS n FROM words WHERE words MATCH 'jazz'").get();
  db.close();
  return [...rows, found];
}

const reasons = async () => (await restoreSnapshot(store, file)).refused.map(({ reason }) => reason);

describe("a snapshot", () => {
  it("gives another replica what the first has, with its place in the streams", async () => {
    const taken = await take();
    const { snapshot, refused } = await restoreSnapshot(store, file);
    expect(snapshot).toEqual(taken);
    expect(refused).toEqual([]);
    expect(contents(file)).toEqual(contents(join(folder, "source.db")));
    const restored = openProjection(file, { clock });
    expect(restored.positionOf("TICKETS")?.sequence).toBe(300);
    restored.close();
    expect(readdirSync(folder).filter((name) => /snapshot|restored/.test(name))).toEqual([]);
  });

  it("is taken when one is due, and the newest two are kept", async () => {
    const first = await take(60_000);
    expect(await take(60_000)).toBeUndefined();
    const second = await take();
    const third = await take();
    expect(first && second && third && (await store.list())).toEqual([third, second]);
    const { state } = await manager.streams.info(SNAPSHOTS.stream, {
      subjects_filter: "snapshots.catalog.*.*",
    });
    expect(Object.keys(state.subjects ?? {})).toHaveLength((second?.parts ?? 0) + (third?.parts ?? 0));
  });

  it("has its place in the stream of events too, and is not used with another one", async () => {
    const { created } = await manager.streams.add({ name: "EVENTS", subjects: ["evt.events.>"] });
    const { seq: sequence } = await jetstream(connection).publish("evt.events.v1.event_proposed.e");
    const names = {
      title: "Jazz",
      aliases: ["Swing"],
      category: 1,
      venueId: "v",
      venue: "Hall",
      city: "Oslo",
    };
    const times = { start: Date.now() + DAY, end: Date.now() + 2 * DAY, created: 0, updated: 0 };
    const place = { country: "NO", timeZone: "Europe/Oslo", status: 1, mergedInto: "" };
    source.apply({
      events: [{ id: "e", version: 1, ...names, ...times, ...place }],
      position: { stream: "EVENTS", created, sequence, incomplete: false },
    });
    await take();
    expect(await reasons()).toEqual([]);
    const restored = openProjection(file, { clock });
    expect(restored.positionOf("EVENTS")?.sequence).toBe(1);
    expect(createSuggestions(restored).suggest({ query: "swing", city: "", limit: 8 }).events).toHaveLength(
      1,
    );
    restored.close();
    await manager.streams.delete("EVENTS");
    await manager.streams.add({ name: "EVENTS", subjects: ["evt.events.>"] });
    expect(await reasons()).toEqual(["EVENTS was made anew"]);
    await manager.streams.delete("EVENTS");
  });

  it("is taken by one replica at a time", async () => {
    const taken = await Promise.all([take(), take(), take()]);
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it("is not taken of a file that counts wrongly, is damaged, or lacks events, and the next one may be", async () => {
    source.db.exec("UPDATE events SET available = available + 1 WHERE key = 1");
    await expect(take()).rejects.toThrow("1 rows of events.available do not count what the states say");
    source.db.exec("UPDATE events SET available = available - 1 WHERE key = 1");
    source.db.exec("UPDATE positions SET incomplete = 1");
    await expect(take()).rejects.toThrow("events are missing of TICKETS");
    source.db.exec("UPDATE positions SET incomplete = 0");
    expect(existsSync(join(folder, "source.db.snapshot"))).toBe(false);
    expect(await store.list()).toEqual([]);
    expect(await take()).toBeDefined();
  });

  it("that does not fit in its room leaves those before, and its parts go", async () => {
    const kept = await take();
    const { config } = await manager.streams.info(SNAPSHOTS.stream);
    await manager.streams.update(SNAPSHOTS.stream, { ...config, max_bytes: (kept?.size ?? 0) + 2000 });
    await expect(take()).rejects.toThrow(/maximum bytes exceeded/);
    expect(await store.list()).toEqual([kept]);
    expect((await restoreSnapshot(store, file)).snapshot).toEqual(kept);
  });

  it("is not taken where it would leave the replica no room to go on writing", async () => {
    const options = { store, file: join(folder, "source.db"), every: 0 };
    await expect(takeSnapshot({ ...options, freeBytes: () => 60e6 })).rejects.toThrow(
      "the disk has 60000000 bytes left",
    );
    expect(await takeSnapshot({ ...options, freeBytes: () => 80e6 })).toBeDefined();
  });
});

describe("a replica that starts", () => {
  it("takes the older snapshot when the newer one is damaged, and no file when both are", async () => {
    const older = await take();
    const newer = await take();
    await damage(newer?.id);
    expect(await restoreSnapshot(store, file)).toMatchObject({
      snapshot: older,
      refused: [{ id: newer?.id }],
    });
    await damage(older?.id);
    rmSync(file);
    expect(await restoreSnapshot(store, file)).toMatchObject({ refused: [{}, {}] });
    expect(readdirSync(folder).filter((name) => name.startsWith("search.db"))).toEqual([]);
  });

  it("takes the newest one when those that were listed are replaced while one is read", async () => {
    const listed = await take();
    let newest: StoredFile | undefined;
    const replacing: FileStore = {
      ...store,
      async *read(snapshot) {
        if (!newest) for (let n = 0; n < SNAPSHOTS.keep; n++) newest = await take();
        yield* store.read(snapshot);
      },
    };
    expect(await restoreSnapshot(replacing, file)).toMatchObject({
      snapshot: newest,
      refused: [{ id: listed?.id }],
    });
  });

  it("takes no snapshot whose bytes are other ones, though they can be read", async () => {
    const taken = await take();
    await jetstream(connection).publish(
      "snapshots.catalog.index",
      JSON.stringify({ files: [{ ...taken, sha256: "00" }] }),
    );
    expect(await reasons()).toEqual([`the file ${taken?.id} is not what was stored`]);
    expect(existsSync(file)).toBe(false);
  });

  it("takes the next one though a clock that was wrong stored the last one", async () => {
    const taken = await take();
    const files = [{ ...taken, stored: "2999-01-01T00:00:00Z" }];
    await jetstream(connection).publish("snapshots.catalog.index", JSON.stringify({ files }));
    expect(await take(DAY)).toBeDefined();
    expect(await take(DAY)).toBeUndefined();
  });

  it("takes no snapshot of another layout", async () => {
    const taken = await take();
    const about = { ...(taken?.about as object), schema: 0 };
    await jetstream(connection).publish(
      "snapshots.catalog.index",
      JSON.stringify({ files: [{ ...taken, about }] }),
    );
    expect(await reasons()).toEqual([expect.stringMatching(/^it has layout 0, not/)]);
  });

  it("takes no snapshot of streams that were made anew, or have lost what comes after it", async () => {
    await take();
    await jetstream(connection).publish("evt.tickets.v1.listed.x");
    await jetstream(connection).publish("evt.tickets.v1.listed.x");
    await manager.streams.purge("TICKETS", { seq: 302 });
    expect(await reasons()).toEqual(["TICKETS has removed events that came after event 300"]);
    await manager.streams.delete("TICKETS");
    await manager.streams.add({ name: "TICKETS", subjects: ["evt.tickets.>"] });
    expect(await reasons()).toEqual(["TICKETS was made anew"]);
  });

  it("reads nothing of the log of an unusable file into the restored one", async () => {
    await take();
    const unusable = new DatabaseSync(file);
    unusable.exec(
      "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE other (x INT) STRICT",
    );
    // As after a kill: the log was not taken into the file.
    await restoreSnapshot(store, file);
    expect(readdirSync(folder).filter((name) => name.startsWith("search.db"))).toEqual(["search.db"]);
    expect(contents(file)).toEqual(contents(join(folder, "source.db")));
    unusable.close();
  });

  it("goes on without a snapshot where it cannot write one", async () => {
    await take();
    const missing = join(folder, "gone", "search.db");
    const { snapshot, refused } = await restoreSnapshot(store, missing);
    expect([snapshot, refused.length]).toEqual([undefined, 1]);
  });

  it("does all of that in a thread, and without the broker goes on without a snapshot", async () => {
    const options = { broker: { natsUrl: server.url, name: "spec" }, replicas: 1, file };
    const stop = keepSnapshots({ ...options, file: join(folder, "source.db"), every: 300 }, log);
    while ((await store.list()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await stop();
    expect(await restoreFile(options, log)).toMatchObject({ snapshot: {}, unfit: "there is no file" });
    // What the streams can go on from stays.
    expect(await restoreFile(options, log)).toEqual({ refused: [] });
    writeFileSync(file, "not a database");
    expect(await restoreFile(options, log)).toMatchObject({ snapshot: {}, unfit: "file is not a database" });
    const away = { ...options, broker: { natsUrl: "nats://127.0.0.1:1", name: "spec" } };
    expect(await restoreFile(away, log)).toEqual({ refused: [] });
    writeFileSync(join(folder, "source.db.snapshot"), "left by a kill");
    expect(await take()).toBeDefined();
  });
});

async function damage(id: string | undefined): Promise<void> {
  const subject = `snapshots.catalog.${id}.0`;
  const part = await manager.direct.getMessage(SNAPSHOTS.stream, { last_by_subj: subject });
  const bytes = Uint8Array.from(part?.data ?? []);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await jetstream(connection).publish(subject, bytes);
}
