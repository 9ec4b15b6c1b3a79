import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { checkFile } from "@ticketing/catalog/snapshots/snapshot-file";
import { SNAPSHOTS } from "@ticketing/catalog/snapshots/snapshots";
import { connectBroker } from "@ticketing/runtime/events/broker-connection";
import { type FileStore, openFileStore } from "@ticketing/runtime/events/file-store";
import { startNats } from "@ticketing/servers/nats";
import { reported } from "../support/suite-report.ts";
import { createTicketSource, type TicketSource } from "./ticket-source.ts";

const ROUNDS = process.env.QUICK ? 12 : 200;
const TICKETS = 1_500;
/** Published while a replica runs, in each round. */
const CHANGES = 100;
const NEVER_MS = 3_600_000;
const script = fileURLToPath(new URL("./replica-process.ts", import.meta.url));

let folder: string;
let server: Awaited<ReturnType<typeof startNats>>;
let connection: NatsConnection;
let manager: JetStreamManager;
let store: FileStore;
let source: TicketSource;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ticketing-replica-crashes-"));
  server = await startNats({ dir: join(folder, "nats") });
  connection = await connectBroker({ natsUrl: server.url, name: "spec" });
  manager = await jetstreamManager(connection);
  for (const name of ["USERS", "TICKETS", "EVENTS"])
    await manager.streams.add({
      name,
      subjects: [`evt.${name === "USERS" ? "auth" : name.toLowerCase()}.>`],
    });
  store = await openFileStore(connection, { ...SNAPSHOTS, replicas: 1 });
  source = createTicketSource(jetstream(connection));
  await source.change(TICKETS);
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What a replica is killed amid, what it finds when it starts, and when it has done that. */
interface Task {
  snapshotEvery: number;
  prepare(lane: string): Promise<void>;
  done(child: Child): Promise<unknown>;
}

const withoutFile = (lane: string) => rmSync(join(folder, lane), { recursive: true, force: true });
const isCaughtUp = (child: Child) => child.says("caught up");

const tasks: Readonly<Record<string, Task>> = {
  "applying changes": {
    snapshotEvery: NEVER_MS,
    prepare: async () => undefined,
    async done(child) {
      await isCaughtUp(child);
      await source.change(CHANGES);
    },
  },
  "taking a snapshot": {
    snapshotEvery: 120,
    prepare: () => forgetLease(),
    async done(child) {
      const newest = async () => (await store.list())[0]?.id;
      const before = await newest();
      await isCaughtUp(child);
      while ((await newest()) === before && !child.hasEnded()) await sleep(20);
    },
  },
  "restoring a snapshot": {
    snapshotEvery: NEVER_MS,
    prepare: async (lane) => withoutFile(lane),
    done: isCaughtUp,
  },
  "replaying the stream": {
    snapshotEvery: NEVER_MS,
    async prepare(lane) {
      withoutFile(lane);
      await manager.streams.purge(SNAPSHOTS.stream);
    },
    done: isCaughtUp,
  },
};
const names = Object.keys(tasks);
const taskOf = (round: number): Task => tasks[names[round % names.length] ?? ""] as Task;

/** Who was killed amid a snapshot has the lease no more in the round after. */
async function forgetLease(): Promise<void> {
  const subject = `${SNAPSHOTS.subject}.index`;
  const index = await manager.streams.getMessage(SNAPSHOTS.stream, { last_by_subj: subject });
  if (index)
    await jetstream(connection).publish(
      subject,
      JSON.stringify({ ...index.json<object>(), lease: undefined }),
    );
}

/** A process of a replica. */
interface Child {
  process: ChildProcess;
  hasEnded(): boolean;
  /** Resolves when it has said so, or has ended. */
  says(line: string): Promise<unknown>;
}

async function begin(lane: string, every: number): Promise<Child> {
  const child = spawn(
    process.execPath,
    ["--conditions=@ticketing/source", script, server.url, join(folder, lane), `${every}`],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
    },
  );
  if (!child.stdout) throw new Error("it has no output");
  const said = new Set<string>();
  const lines = createInterface(child.stdout).on("line", (line) => {
    said.add(line);
    lines.emit(`said ${line}`);
  });
  const ended = once(child, "exit");
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const says = async (line: string) =>
    said.has(line) || hasEnded() || Promise.race([once(lines, `said ${line}`), ended]);
  await says("begins");
  return { process: child, hasEnded, says };
}

async function end({ process: child, hasEnded }: Child, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  // It did not end by itself.
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  const ended = once(child, "exit");
  child.kill(signal);
  if (!hasEnded()) await ended;
}

/** Kills a replica at a random moment of the time that its task takes. Gives whether the task had ended before. */
async function killAmid(task: Task, lane: string, ms: number): Promise<boolean> {
  await task.prepare(lane);
  const child = await begin(lane, task.snapshotEvery);
  let isDone = false;
  const done = task.done(child).then(() => {
    isDone = true;
  });
  const changing = source.change(CHANGES);
  await Promise.race([done, sleep(Math.random() * ms)]);
  const wasDone = isDone;
  await end(child, "SIGKILL");
  await Promise.all([done, changing]);
  return wasDone;
}

/** How long a task takes when nobody kills the replica. */
async function timeOf(task: Task, lane: string): Promise<number> {
  await task.prepare(lane);
  const child = await begin(lane, task.snapshotEvery);
  const begun = performance.now();
  await task.done(child);
  await end(child, "SIGTERM");
  return performance.now() - begun;
}

/**
 * Throws unless what a replica left is whole and is what the source had at the position that it names; gives the
 * position. Looks at a copy: the replica finds its file and log as they were left.
 */
async function requireEqual(lane: string): Promise<number> {
  const left = join(folder, lane, "search.db");
  // It was killed before it had one.
  if (!existsSync(left)) return 0;
  const copy = join(folder, `${lane}-copy`);
  mkdirSync(copy, { recursive: true });
  for (const part of ["", "-wal"]) {
    rmSync(join(copy, `search.db${part}`), { force: true });
    if (existsSync(left + part)) cpSync(left + part, join(copy, `search.db${part}`));
  }
  const db = new DatabaseSync(join(copy, "search.db"));
  try {
    // It was killed before the tables were there.
    if (db.prepare("PRAGMA user_version").get()?.user_version === 0) return 0;
    checkFile(db);
    const row = db.prepare("SELECT sequence FROM positions WHERE stream = 'TICKETS'").get();
    const position = Number(row?.sequence ?? 0);
    expect(source.listingsIn(db)).toEqual(await source.listingsAt(position));
    return position;
  } finally {
    db.close();
  }
}

describe("a replica of search that is killed", () => {
  it(`amid changes, snapshots, restores and replays is equal to its source, ${ROUNDS} times`, async () => {
    await reported("replica of search killed amid its work", async () => {
      const lanes = ["one", "two"];
      const times = new Map<Task, number>();
      for (const task of Object.values(tasks)) times.set(task, await timeOf(task, "one"));
      let killed = 0;
      let next = 0;
      async function killAgain(lane: string): Promise<void> {
        while (next < ROUNDS) {
          const task = taskOf(next++);
          if (!(await killAmid(task, lane, 1.1 * (times.get(task) ?? 0)))) killed += 1;
          await requireEqual(lane);
        }
      }
      await Promise.all(lanes.map(killAgain));
      expect(killed).toBeGreaterThan(ROUNDS / 2);
      for (const lane of lanes) {
        const child = await begin(lane, NEVER_MS);
        await child.says("caught up");
        await end(child, "SIGTERM");
        expect(await requireEqual(lane)).toBe(source.last());
      }
      return ROUNDS;
    });
  }, 600_000);
});
