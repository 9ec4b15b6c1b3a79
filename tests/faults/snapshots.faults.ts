import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { openProjection, type Projection } from "@ticketing/catalog/projection/projection";
import { restoreSnapshot } from "@ticketing/catalog/snapshots/restore-snapshot";
import { checkFile, snapshotFacts } from "@ticketing/catalog/snapshots/snapshot-file";
import { SNAPSHOTS } from "@ticketing/catalog/snapshots/snapshots";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { connectBroker } from "@ticketing/runtime/events/broker-connection";
import { type FileStore, openFileStore } from "@ticketing/runtime/events/file-store";
import { republishOf } from "@ticketing/runtime/events/removed-events";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { startNats } from "@ticketing/servers/nats";
import { searchShows } from "../support/people.ts";
import { projectionFiles } from "../support/projections.ts";
import { listWithRetries, retry } from "../support/stories.ts";
import { startTestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";
import { trade } from "./traffic.ts";

const ROUNDS = process.env.QUICK ? 10 : 200;
const LISTINGS = 8000;
/** Longer than a lease: who was killed has it no more in the round after. */
const ROUND_MS = 11 * 60_000;
const script = fileURLToPath(new URL("./snapshot-process.ts", import.meta.url));

let folder: string;
let server: Awaited<ReturnType<typeof startNats>>;
let connection: NatsConnection;
let store: FileStore;
let source: Projection;
let file: string;
let created: string;
/** What the source had at a position. */
const states = new Map<number, string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ticketing-snapshots-"));
  file = join(folder, "source.db");
  server = await startNats({ dir: folder });
  connection = await connectBroker({ natsUrl: server.url, name: "spec" });
  const manager = await jetstreamManager(connection);
  ({ created } = await manager.streams.add({ name: "TICKETS", subjects: ["evt.tickets.>"] }));
  store = await openFileStore(connection, { ...SNAPSHOTS, replicas: 1 });
  source = openProjection(file, { clock });
  await change(0, LISTINGS);
}, 120_000);
afterAll(async () => {
  source?.close();
  await connection?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Something is published, and the source applies what it told. */
async function change(version: number, count: number): Promise<void> {
  const { seq: sequence } = await jetstream(connection).publish("evt.tickets.v1.spec");
  const now = Date.now();
  source.apply({
    listings: Array.from({ length: count }, (_, n) => ({
      ...{ id: `t${n}`, version: version + 1, sellerId: randomUUID(), sellerName: "Seller" },
      ...{ title: "Jazz", category: 1, eventTitle: `Jazz ${n % 100}`, venue: "Hall", city: "Oslo" },
      ...{ start: 4e12, seat: { section: "", row: "", number: randomUUID() } },
      price: { minorUnits: 500 + n + version, currency: "EUR" },
      storedStatus: TicketStatus.AVAILABLE,
      instant: false,
      ...{ heldUntil: null, created: now, updated: now },
    })),
    position: { stream: "TICKETS", created, sequence, incomplete: false },
  });
  states.set(sequence, contents(source.db));
}

function contents(db: DatabaseSync): string {
  const hash = createHash("sha256");
  const counts = [
    "event_prices",
    "event_sections",
    "event_price_cells",
    "event_bands",
    "event_kinds",
    "cities",
  ];
  for (const table of ["positions", "events", ...counts, "texts", "listings"])
    for (const row of db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).iterate())
      hash.update(JSON.stringify(row));
  return hash.digest("hex");
}

/** Throws unless the file is whole and has what the source had at its position. */
function requireWhole(path: string): void {
  const db = new DatabaseSync(path);
  try {
    checkFile(db);
    const sequence = Number(db.prepare("SELECT sequence FROM positions").get()?.sequence);
    expect(contents(db)).toBe(states.get(sequence));
  } finally {
    db.close();
  }
}

/** How far the projection in this file has followed TICKETS. */
function positionIn(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(db.prepare("SELECT sequence FROM positions WHERE stream = 'TICKETS'").get()?.sequence ?? 0);
  } finally {
    db.close();
  }
}

async function begin(task: "take" | "restore", path: string, round: number): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ["--conditions=@ticketing/source", script, task, server.url, path, `${round * ROUND_MS}`],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  if (!child.stdout) throw new Error("it has no output");
  await once(child.stdout, "data");
  return child;
}

/** Kills the task at a random moment of the time that it takes. Gives whether it had ended before. */
async function killWithin(ms: number, child: ChildProcess): Promise<boolean> {
  const exited = child.exitCode === null ? once(child, "exit") : Promise.resolve();
  await Promise.race([exited, sleep(Math.random() * ms)]);
  const ended = child.exitCode !== null;
  child.kill("SIGKILL");
  await exited;
  return ended;
}

describe("a replica that is killed", () => {
  it(`while it takes or restores a snapshot leaves whole ones, ${ROUNDS} times`, async () => {
    const target = join(folder, "replica.db");
    const took = { take: 0, restore: 0 };
    for (const task of ["take", "restore"] as const) {
      const child = await begin(task, task === "take" ? file : target, 0);
      const begun = performance.now();
      await once(child, "exit");
      took[task] = performance.now() - begun;
    }
    requireWhole(target);
    let killed = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      await change(round, 50);
      const taking = await begin("take", file, round);
      if (!(await killWithin(1.2 * took.take, taking))) killed += 1;

      rmSync(target, { force: true });
      const restoring = await begin("restore", target, round);
      if (!(await killWithin(1.2 * took.restore, restoring))) killed += 1;
      if (existsSync(target)) requireWhole(target);

      // What the broker lists can be used, all of it.
      const { snapshot, refused } = await restoreSnapshot(store, target);
      expect([snapshot !== undefined, refused]).toEqual([true, []]);
      requireWhole(target);
    }
    expect(killed).toBeGreaterThan(ROUNDS / 2);

    // The next one that is left in peace takes away what the killed ones left.
    const last = await begin("take", file, ROUNDS + 1);
    await once(last, "exit");
    const files = await store.list();
    const manager = await jetstreamManager(connection);
    const filter = { subjects_filter: `${SNAPSHOTS.subject}.*.*` };
    const { state } = await manager.streams.info(SNAPSHOTS.stream, filter);
    expect(Object.keys(state.subjects ?? {})).toHaveLength(files.reduce((sum, { parts }) => sum + parts, 0));
    expect(files[0]?.about).toMatchObject({ positions: [{ sequence: ROUNDS + 1 }] });
  }, 3_600_000);
});

describe("a replica without a file", () => {
  it("begins with the broker's copy, while people trade, and needs no event from before it", async () => {
    const mesh = await startTestMesh(
      { SNAPSHOT_EVERY: "3s", LOCK_DURATION: "4s", LOCK_LIMIT: "1000", LAPSE_LIMIT: "1000" },
      { replicas: 2 },
    );
    const admin = await connectBroker({ natsUrl: mesh.addresses.nats, name: "spec" });
    try {
      const [seller, buyer, other] = await Promise.all(["seller", "buyer", "other"].map(mesh.person));
      if (!seller || !buyer || !other) throw new Error("nobody came");
      const idle = await listWithRetries(seller);
      await retry(() => searchShows(buyer, idle, true).then(() => true));
      const { streams } = await jetstreamManager(admin);
      const { state } = await streams.info("TICKETS");
      const copies = await openFileStore(admin, { ...SNAPSHOTS, replicas: 1 });
      const position = await retry(async () => {
        const [newest] = await copies.list();
        const { positions } = snapshotFacts.parse(newest?.about);
        const { sequence = 0 } = positions.find(({ stream }) => stream === "TICKETS") ?? {};
        return sequence >= state.last_seq ? sequence : undefined;
      });

      // The other replica must not miss what is purged. Others that follow TICKETS may: they look for what they missed each
      // half a minute, and count as missed what they handled since the last look and is gone.
      const files = projectionFiles(mesh);
      await retry(async () => files.every((each) => positionIn(each) >= position) || undefined);
      const askedBy: string[] = [];
      admin.subscribe(republishOf("TICKETS"), {
        callback: (_error, request) => void askedBy.push(request.string()),
      });
      await admin.flush();

      const over = new AbortController();
      const trading = trade(mesh, seller, [buyer, other], over.signal);
      const [, file] = files as [string, string];
      await mesh.process("catalog-2").kill();
      rmSync(dirname(file), { recursive: true });
      await streams.purge("TICKETS", { seq: position + 1 });
      await mesh.process("catalog-2").start();
      over.abort();
      await trading;
      await waitUntilConsistent(mesh);

      // No replica asked for everything to be announced again, and yet each knows the idle ticket.
      await admin.flush();
      expect(askedBy).not.toContain("catalog");
    } finally {
      await admin.close();
      await mesh.close();
    }
  }, 180_000);
});
