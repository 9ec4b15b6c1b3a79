import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { createLogger } from "@ticketing/runtime/process/log";
import { openFacetReader } from "../search/facet-reader.ts";
import { type Checkpoints, keepCheckpoints } from "./checkpoints.ts";
import { openProjection, type Projection } from "./projection.ts";

const log = createLogger("spec", "silent");
const begin = Date.UTC(2030, 0, 1);
const bounds = { due: 50, most: 200, mostEver: 2_000 };
/** SQLite's header of a page in the log, and the page. */
const PAGE = 24 + 4096;
let folder: string;
let file: string;
let projection: Projection;
let checkpoints: Checkpoints;
let version: number;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "checkpoints-"));
  file = path.join(folder, "search.db");
  projection = openProjection(file, { clock: () => new Date(begin) });
  checkpoints = keepCheckpoints(projection, { file, log, bounds });
  version = 0;
});
afterEach(async () => {
  await checkpoints.stop();
  if (projection.db.isOpen) projection.close();
  rmSync(folder, { recursive: true });
});

/** Changes a hundred listings: some 25 pages. */
function change(): void {
  version += 1;
  projection.apply({
    listings: Array.from({ length: 100 }, (_, n) => ({
      ...{ id: `t${n}`, version, sellerId: "s", sellerName: "Seller", title: "Jazz", category: 1 },
      ...{ eventTitle: `Jazz ${n % 9}`, venue: "Hall", city: "Oslo", start: begin + 1_000 },
      seat: { section: "", row: "", number: `${n}` },
      price: { minorUnits: 500 + n + version, currency: "EUR" },
      storedStatus: TicketStatus.AVAILABLE,
      instant: false,
      ...{ heldUntil: null, created: begin, updated: begin },
    })),
  });
}

/** The pages in the log, and those of them that are in the file too. */
function pages(): { all: number; inFile: number } {
  const row = projection.db.prepare("PRAGMA wal_checkpoint(NOOP)").get();
  return { all: Number(row?.log), inFile: Number(row?.checkpointed) };
}
const autocheckpoint = () => projection.db.prepare("PRAGMA wal_autocheckpoint").get()?.wal_autocheckpoint;

describe("the log of a projection", () => {
  it("gets into the file by a thread, never by a commit of the one that serves", async () => {
    expect(autocheckpoint()).toBe(0);
    let most = 0;
    while (most < bounds.mostEver) {
      change();
      most = pages().all;
    }
    expect(pages().inFile).toBe(0);
    await checkpoints.room();
    expect(pages().inFile).toBe(pages().all);
  });

  it("stays within its bounds whatever is applied", async () => {
    let most = 0;
    for (let n = 0; n < 200; n++) {
      await checkpoints.room();
      change();
      most = Math.max(most, pages().all);
    }
    expect(most).toBeGreaterThan(bounds.due);
    expect(most).toBeLessThan(bounds.most + 100);
    expect(statSync(`${file}-wal`).size).toBeLessThan((bounds.most + 100) * PAGE);
  });

  it("begins anew although facets are always being read", async () => {
    const reader = openFacetReader(projection, { file, log });
    let isOver = false;
    const read = async () => {
      const { signal } = new AbortController();
      while (!isOver) await reader.listFacets(undefined, { signal, network: "spec" });
    };
    const reading = Promise.all(Array.from({ length: 4 }, read));
    let [largest, before, restarts] = [0, 0, 0];
    for (let n = 0; n < 100; n++) {
      await checkpoints.room();
      change();
      const { all } = pages();
      if (all < before) restarts += 1;
      before = all;
      largest = Math.max(largest, all);
    }
    isOver = true;
    await reading;
    await reader.close();
    expect(restarts).toBeGreaterThan(0);
    expect(largest).toBeLessThan(bounds.mostEver);
  });

  it("grows while a snapshot reads the file, and no further than its last bound", async () => {
    const reader = new DatabaseSync(file, { readOnly: true });
    change();
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM listings").get();
    while (pages().all <= bounds.mostEver) {
      await checkpoints.room();
      change();
    }
    let isRoom = false;
    const room = checkpoints.room().then(() => {
      isRoom = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isRoom).toBe(false);
    reader.exec("COMMIT");
    await room;
    change();
    expect(pages().all).toBeLessThan(100);
    reader.close();
  });

  it("is empty when the process ends, and all is in the file", async () => {
    change();
    await checkpoints.stop();
    expect(statSync(`${file}-wal`).size).toBe(0);
    projection.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
    const db = new DatabaseSync(file);
    expect(db.prepare("SELECT count(*) AS n FROM listings WHERE version = 1").get()?.n).toBe(100);
    db.close();
  });

  it("stays where it is while the file cannot be written to, which the thread outlives and says once", async () => {
    await checkpoints.stop();
    const said: unknown[] = [];
    const failing = keepCheckpoints(projection, {
      file: `file:${file}?mode=ro`,
      log: Object.assign(Object.create(log), { error: (facts: unknown) => said.push(facts) }),
      bounds,
    });
    for (let n = 0; n < 2; n++) {
      while (pages().all <= bounds.most) change();
      await failing.room();
      change();
      await failing.room();
    }
    expect(autocheckpoint()).toBe(0);
    expect(pages().inFile).toBe(0);
    expect(said).toEqual([{ file: expect.any(String), failure: "Error: disk I/O error" }]);
    await failing.stop();
  });

  it("gets into the file without the thread when there is none", async () => {
    const missing = keepCheckpoints(projection, {
      file: path.join(folder, "gone", "search.db"),
      log,
      bounds,
    });
    while (autocheckpoint() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    while (pages().all <= bounds.most) change();
    await missing.room();
    await missing.stop();
  });
});
