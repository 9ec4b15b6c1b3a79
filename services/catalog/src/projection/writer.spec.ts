import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { createListingFeed, tellSaved } from "../listing-feed.ts";
import { createSearch } from "../search/search.ts";
import type { ListingState } from "./listing-state.ts";
import { openView } from "./view.ts";
import { openWriter, type Writer } from "./writer.ts";

const begin = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
let folder: string;
let file: string;
let time: number;
let changed: string[][];
let damage: Error[];
let ends: Error[];
let thread: Worker;
let writer: Writer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "writer-"));
  file = join(folder, "search.db");
  [time, changed, damage, ends] = [begin, [], [], []];
  writer = await open();
});
afterEach(async () => {
  await writer.close().catch(() => undefined);
  rmSync(folder, { recursive: true });
});

const open = (onSaved = (ids: readonly string[]) => void changed.push([...ids])) =>
  openWriter(file, {
    clock: () => new Date(time),
    log: { error: () => undefined },
    onSaved,
    onDamage: (error) => damage.push(error),
    onEnd: (error) => ends.push(error),
    start(file, now) {
      thread = new Worker(new URL("./writer-thread.ts", import.meta.url), {
        workerData: { file, now },
        execArgv: ["--conditions=@ticketing/source"],
      });
      return thread;
    },
  });

const listing = (n: number, version: number, heldUntil: number | null = null): ListingState => ({
  ...{ id: `t${n}`, version, sellerId: "s", sellerName: "Seller", title: "Jazz", category: 1 },
  ...{ eventTitle: "Jazz", venue: "Hall", city: "Oslo", start: begin + 60 * MINUTE },
  seat: { section: "", row: "", number: `${n}` },
  price: { minorUnits: 500, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil, created: begin, updated: begin },
});
const at = (sequence: number) => ({ stream: "TICKETS", created: "2030", sequence, incomplete: false });

/** Does something by another connection. */
function beside<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file);
  try {
    return work(db);
  } finally {
    db.close();
  }
}
const versions = () =>
  beside((db) => db.prepare("SELECT version FROM listings ORDER BY id").all()).map(({ version }) => version);

describe("the thread that writes", () => {
  it("has saved changes and position when it says so, and names what changed", async () => {
    await writer.apply({ listings: [listing(1, 1), listing(2, 1)], position: at(2) });
    expect(versions()).toEqual([1, 1]);
    expect(beside((db) => db.prepare("SELECT sequence FROM positions").all())).toEqual([{ sequence: 2 }]);
    await writer.apply({ listings: [listing(1, 2), listing(2, 1)] });
    expect(changed).toEqual([["t1", "t2"], ["t1"]]);
    await writer.reset("TICKETS");
    expect(versions()).toEqual([]);
  });

  it("passes time as it is told it, and says when it has to next", async () => {
    await writer.apply({ listings: [listing(1, 1, begin + MINUTE)] });
    expect(writer.nextDue()).toBe(begin + MINUTE);
    expect(await writer.passTime(begin + MINUTE - 1)).toBe(false);
    expect(changed).toEqual([["t1"], []]);
    expect(await writer.passTime(begin + MINUTE)).toBe(false);
    expect(changed.at(-1)).toEqual(["t1"]);
    expect(writer.nextDue()).toBe(begin + 60 * MINUTE);
  });

  it("has a watcher read what it is told of, whatever was read a moment before", async () => {
    await writer.close();
    const told: number[] = [];
    writer = await open((ids) => {
      // In the turn in which the news comes.
      search.findByIds(["t1"]);
      tellSaved(ids, { view, feed });
    });
    const view = openView(file, { writer, clock: () => new Date(time), onDamage: () => undefined });
    const search = createSearch(view);
    const feed = createListingFeed(search.findByIds);
    feed.subscribe(["t1"], ({ version }) => told.push(version));
    for (let version = 1; version <= 50; version++) {
      const saved = writer.apply({ listings: [listing(1, version)] });
      let isSaved = false;
      void saved.finally(() => {
        isSaved = true;
      });
      // Somebody always reads.
      while (!isSaved) {
        search.findByIds(["t1"]);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    view.close();
    expect(told).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });

  it("says why something is not saved, and that the file cannot be written to", async () => {
    const broken = { ...listing(2, 1), price: { minorUnits: 0.5, currency: "EUR" } };
    await expect(writer.apply({ listings: [listing(1, 1), broken], position: at(1) })).rejects.toThrow(
      "cannot store REAL value in INTEGER column",
    );
    expect(versions()).toEqual([]);
    await writer.requireWritable();
    const other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE");
    await expect(writer.apply({ listings: [listing(1, 1)] })).rejects.toMatchObject({ errcode: 5 });
    await expect(writer.requireWritable()).rejects.toThrow("database is locked");
    other.exec("COMMIT");
    other.close();
    await writer.apply({ listings: [listing(1, 1)] });
    await writer.requireWritable();
  });

  it("tells of a file that is damaged under it", async () => {
    await writer.apply({ listings: Array.from({ length: 400 }, (_, n) => listing(n, 1)) });
    beside((db) => db.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
    writeFileSync(file, Buffer.alloc(400_000, 0xa5), { flag: "r+" });
    await expect(writer.apply({ listings: [listing(1, 2)] })).rejects.toThrow();
    expect(damage[0]).toMatchObject({ errcode: expect.any(Number) });
  });

  it("is missed when it has ended, by who waits for it and by who asks it later", async () => {
    const waiting = writer.apply({ listings: [listing(1, 1)] }).then(
      () => "saved",
      (error: Error) => error.message,
    );
    await thread.terminate();
    expect(["saved", "the thread that writes the file of search has ended"]).toContain(await waiting);
    await expect(writer.apply({ listings: [] })).rejects.toThrow("has ended");
    expect(ends).toHaveLength(1);
  });

  it("leaves all in the file and no log when it is closed, and takes nothing after that", async () => {
    await writer.apply({ listings: [listing(1, 1)] });
    await writer.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
    expect(versions()).toEqual([1]);
    expect(ends).toEqual([]);
    await expect(writer.apply({ listings: [] })).rejects.toThrow("has ended");
  });

  it("is not there where the file cannot be opened", async () => {
    const opened = openWriter(join(folder, "gone", "search.db"), {
      clock: () => new Date(time),
      log: { error: () => undefined },
      onSaved: () => undefined,
      onDamage: () => undefined,
      onEnd: (error) => ends.push(error),
    });
    await expect(opened).rejects.toThrow("unable to open database file");
    expect(ends).toEqual([]);
  });
});
