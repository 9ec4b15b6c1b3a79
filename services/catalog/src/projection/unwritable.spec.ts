import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { createSearch } from "../search/search.ts";
import type { ListingState } from "./listing-state.ts";
import { openProjection, type Projection } from "./projection.ts";

const begin = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
let folder: string;
let time: number;
let projection: Projection;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unwritable-"));
  time = begin;
  projection = openProjection(join(folder, "search.db"), { clock: () => new Date(time) });
});
afterEach(() => {
  projection.close();
  rmSync(folder, { recursive: true });
});

const listing = (n: number, heldUntil: number | null): ListingState => ({
  ...{ id: `t${n}`, version: 1, sellerId: "s", sellerName: "Seller", title: "Jazz", category: 1 },
  ...{ eventTitle: "Jazz", venue: "Hall", city: "Oslo", start: begin + 60 * MINUTE },
  seat: { section: "", row: "", number: `${n}` },
  price: { minorUnits: 500, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil, created: begin, updated: begin },
});

async function available(): Promise<number | undefined> {
  const search = createSearch(projection);
  const { rows } = await search.listEvents({ filter: undefined, after: undefined, limit: 9 });
  return rows[0]?.available;
}

describe("a file of search that cannot be written to, for want of space or rights", () => {
  it("goes on answering with what it has, says so, and is brought up to date once it can be", async () => {
    projection.apply({ listings: [listing(1, null), listing(2, begin + MINUTE)] });
    await projection.requireWritable();
    projection.db.exec("PRAGMA query_only = 1");
    time += 2 * MINUTE;
    expect(projection.passTime()).toBe(false);
    expect(await available()).toBe(1);
    await expect(projection.requireWritable()).rejects.toThrow("attempt to write a readonly database");
    expect(() => projection.apply({ listings: [listing(3, null)] })).toThrow();
    projection.db.exec("PRAGMA query_only = 0");
    time += MINUTE;
    expect(await available()).toBe(2);
    await projection.requireWritable();
  });

  it("is tried again after a while, and not by each question", async () => {
    projection.apply({ listings: [listing(1, begin + MINUTE)] });
    projection.db.exec("PRAGMA query_only = 1");
    time += 2 * MINUTE;
    projection.passTime();
    projection.db.exec("PRAGMA query_only = 0");
    expect(await available()).toBe(0);
    time += MINUTE;
    expect(await available()).toBe(1);
  });

  it("is not what an error in the code is taken for", () => {
    projection.apply({ listings: [listing(1, begin + MINUTE)] });
    projection.db.exec("DROP TABLE event_prices");
    time += 2 * MINUTE;
    expect(() => projection.passTime()).toThrow("no such table");
  });
});
