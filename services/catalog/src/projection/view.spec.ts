import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { createSearch, type Search } from "../search/search.ts";
import type { ListingState } from "./listing-state.ts";
import { openProjection, type Projection } from "./projection.ts";
import { type OwnView, openView } from "./view.ts";

const begin = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
let folder: string;
let file: string;
let time: number;
let asked: number[];
let written: Projection;
let view: OwnView;
let search: Search;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "view-"));
  file = join(folder, "search.db");
  [time, asked] = [begin, []];
  written = openProjection(file, { clock: () => new Date(time) });
  view = openView(file, {
    writer: {
      nextDue: written.nextDue,
      async passTime(now) {
        asked.push(now);
        const isMoreDue = written.passTime();
        view.refresh();
        return isMoreDue;
      },
    },
    clock: () => new Date(time),
    onDamage: (error) => {
      throw error;
    },
  });
  search = createSearch(view);
});
afterEach(() => {
  if (view.db.isOpen) view.close();
  if (written.db.isOpen) written.close();
  rmSync(folder, { recursive: true });
});

const listing = (id: string, version: number, heldUntil: number | null = null): ListingState => ({
  ...{ id, version, sellerId: "s", sellerName: "Seller", title: "Jazz", category: 1 },
  ...{ eventTitle: "Jazz", venue: "Hall", city: "Oslo", start: begin + 60 * MINUTE },
  seat: { section: "", row: "", number: "" },
  price: { minorUnits: 500, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil, created: begin, updated: begin },
});
const at = (sequence: number) => ({ stream: "TICKETS", created: "2030", sequence, incomplete: false });
const write = (version: number) =>
  written.apply({ listings: [listing("a", version), listing("b", version)], position: at(version) });
const versionOf = (id: string) => search.findByIds([id])[0]?.version;
const read = () => [versionOf("a"), versionOf("b"), view.positionOf("TICKETS")?.sequence];

describe("what is read beside who writes", () => {
  it("is of one moment until the turn ends, and of a later one then", async () => {
    write(1);
    expect(versionOf("a")).toBe(1);
    write(2);
    await Promise.resolve();
    expect(read()).toEqual([1, 1, 1]);
    await turn();
    expect(read()).toEqual([2, 2, 2]);
  });

  it("has what the writer has said to be saved, in the same turn", () => {
    write(1);
    expect(versionOf("a")).toBe(1);
    write(2);
    view.refresh();
    expect(read()).toEqual([2, 2, 2]);
  });

  it("keeps no log from beginning anew once the turn is over", async () => {
    write(1);
    expect(versionOf("a")).toBe(1);
    await turn();
    written.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    write(2);
    expect(read()).toEqual([2, 2, 2]);
    view.close();
    written.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it("is counted once the writer has passed what is due, and asks it for nothing before", async () => {
    written.apply({ listings: [listing("a", 1), listing("b", 1, begin + MINUTE)] });
    const available = async () =>
      (await search.listEvents({ filter: undefined, after: undefined, limit: 9 })).rows[0]?.available;
    expect([await available(), asked]).toEqual([1, []]);
    time += MINUTE;
    expect([await available(), asked]).toEqual([2, [time]]);
  });
});
