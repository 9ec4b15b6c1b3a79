import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { createLogger } from "@ticketing/runtime/process/log";
import fc from "fast-check";
import { createSearch } from "../search/search.ts";
import { discardDamaged } from "../snapshots/snapshots.ts";
import type { ListingState } from "./listing-state.ts";
import { openProjection } from "./projection.ts";
import { SCHEMA_VERSION } from "./schema.ts";

const log = createLogger("spec", "silent");
const DAY = 86_400_000;
const now = Date.now();
let folder: string;
let whole: Buffer;
const file = () => join(folder, "search.db");

const listing = (n: number, version = 1): ListingState => ({
  ...{ id: `t${n}`, version, sellerId: "s", sellerName: "Seller", title: "Jazz", category: 1 },
  ...{ eventTitle: `Jazz ${n % 9}`, venue: "Hall", city: "Oslo", start: now + DAY },
  seat: { section: "", row: "", number: `${n}` },
  price: { minorUnits: 500 + n, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil: null, created: now, updated: now },
});

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "damage-"));
  const projection = openProjection(file(), { clock });
  projection.apply({ listings: Array.from({ length: 400 }, (_, n) => listing(n)) });
  projection.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  projection.close();
  whole = readFileSync(file());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Begins with what is there, and goes on from it: gives how many listings it had kept. */
async function begun(): Promise<number> {
  discardDamaged(file(), log);
  const projection = openProjection(file(), { clock });
  try {
    const kept = Number(projection.db.prepare("SELECT count(*) AS n FROM listings").get()?.n);
    projection.apply({ listings: Array.from({ length: 400 }, (_, n) => listing(n, 2)) });
    const { rows } = await createSearch(projection).listEvents({
      filter: undefined,
      after: undefined,
      limit: 9,
    });
    expect(rows.reduce((sum, { available }) => sum + available, 0)).toBe(400);
    return kept;
  } finally {
    projection.close();
  }
}

/** Puts a file there, alone. */
function put(content: Buffer): void {
  for (const part of ["-wal", "-shm"]) rmSync(`${file()}${part}`, { force: true });
  writeFileSync(file(), content);
}

describe("a file of search", () => {
  it("that is whole is kept", async () => {
    put(whole);
    expect(await begun()).toBe(400);
  });

  it.each([0, 100, 8_192, 0.5])("that was cut to %p is made anew", async (length) => {
    put(whole);
    truncateSync(file(), length < 1 ? Math.floor(statSync(file()).size * length) : length);
    expect(await begun()).toBe(0);
  });

  it("that is no database, or one without our tables, is made anew", async () => {
    put(Buffer.alloc(20_000, "garbage"));
    expect(await begun()).toBe(0);
    rmSync(file());
    const db = new DatabaseSync(file());
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.close();
    expect(await begun()).toBe(0);
  });

  it("of a format that SQLite does not know is made anew", async () => {
    put(Buffer.from(whole).fill(0xff, 44, 48));
    expect(await begun()).toBe(0);
  });

  it("that is damaged while it is open says so with the first statement that finds out", async () => {
    put(whole);
    const found: unknown[] = [];
    const projection = openProjection(file(), { clock, onDamage: (error) => found.push(error) });
    const damaged = Buffer.from(whole).fill(0xa5, 4_096);
    writeFileSync(file(), damaged, { flag: "r+" });
    const search = createSearch(projection);
    await expect(search.listEvents({ filter: undefined, after: undefined, limit: 9 })).rejects.toThrow();
    const reads = found.length;
    expect(reads).toBeGreaterThan(0);
    expect(() => projection.apply({ listings: [listing(1, 3)] })).toThrow();
    expect(found.length).toBeGreaterThan(reads);
    projection.close();
  });

  it("is kept or made anew, and serves, whichever pages of it were written over", async () => {
    const pages = fc.array(fc.nat({ max: Math.floor(whole.length / 4_096) - 1 }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(pages, fc.nat({ max: 4_000 }), async (damaged, offset) => {
        const content = Buffer.from(whole);
        for (const page of damaged) content.fill(0xa5, page * 4_096 + (offset % 4_000), (page + 1) * 4_096);
        put(content);
        await begun();
      }),
      { numRuns: 60 },
    );
  });
});
