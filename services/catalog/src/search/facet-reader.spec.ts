import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import { createLogger } from "@ticketing/runtime/process/log";
import type { Facets } from "../event-query.ts";
import type { ListingState } from "../projection/listing-state.ts";
import { openProjection, type Projection } from "../projection/projection.ts";
import { type FacetCaller, type FacetReader, openFacetReader } from "./facet-reader.ts";
import { findFacets } from "./facets.ts";
import { createStatements } from "./statements.ts";
import { EFFORT } from "./wanted.ts";

const log = createLogger("spec", "silent");
const begin = Date.UTC(2030, 0, 1);
/** As many as wait at most. */
const MOST_WAITING = 64;

let folder: string;
let file: string;
let time: number;
let damage: unknown[];
let threads: Worker[];
let projection: Projection;
let reader: FacetReader;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "facets-"));
  file = join(folder, "search.db");
  [time, damage, threads] = [begin, [], []];
  projection = openProjection(file, {
    clock: () => new Date(time),
    onDamage: (error) => damage.push(error),
  });
  reader = openReader();
});
afterEach(async () => {
  await reader.close();
  if (projection.db.isOpen) projection.close();
  rmSync(folder, { recursive: true });
});

const openReader = () =>
  openFacetReader(projection, {
    ...{ file, log },
    start(file) {
      const thread = new Worker(new URL("./facet-thread.ts", import.meta.url), {
        workerData: file,
        execArgv: ["--conditions=@ticketing/source"],
      });
      threads.push(thread);
      return thread;
    },
  });

const listing = (n: number, version = 1): ListingState => ({
  ...{ id: `t${n}`, version, sellerId: "s", sellerName: "Seller", title: `Jazz ${n}`, category: 1 + (n % 3) },
  ...{
    eventTitle: `Jazz ${n}`,
    venue: "Hall",
    city: n % 2 ? "Oslo" : "Paris",
    start: begin + 1_000 * (n + 1),
  },
  seat: { section: "", row: "", number: "" },
  price: { minorUnits: 500 + n, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil: null, created: begin, updated: begin },
});
const list = (from: number, to: number) =>
  projection.apply({ listings: Array.from({ length: to - from }, (_, n) => listing(from + n)) });

const { signal } = new AbortController();
const ask = (query = "", caller: Partial<FacetCaller> = {}): Promise<Facets> =>
  reader.listFacets(create(TicketFilterSchema, { query }), { signal, network: "a", ...caller });
const count = async () => (await ask()).events.count;
const outcomeOf = (asked: Promise<Facets>): Promise<string> =>
  asked.then(
    () => "answered",
    (error) => reasonOf(error) ?? String(error),
  );

describe("facets that a thread finds", () => {
  it("are those that this thread would find, for words, places and prices", async () => {
    list(0, 50);
    const read = createStatements(projection);
    for (const part of [
      {},
      { query: "jazz 7" },
      { city: "oslo", category: 2 },
      { currency: "EUR", maxPrice: 520n },
    ]) {
      const filter = create(TicketFilterSchema, part);
      const found = await reader.listFacets(filter, { signal, network: "a" });
      expect(found).toEqual(findFacets(read, { filter, now: begin, effort: EFFORT }));
      expect(found.events.count).toBeGreaterThan(0);
    }
  });

  it("have all that was applied before they were asked for, and nothing that has passed", async () => {
    for (let n = 0; n < 30; n++) {
      list(n, n + 1);
      expect(await count()).toBe(n + 1);
    }
    time = begin + 10_000;
    expect(await count()).toBe(20);
    projection.reset("TICKETS");
    expect(await count()).toBe(0);
  });

  it("are refused while too many wait, and those who wait have their answers", async () => {
    const asked = Array.from({ length: MOST_WAITING + 3 }, () => ask());
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(MOST_WAITING + 1);
    const [refused] = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(errorInfoOf(refused)).toMatchObject({ reason: "BUSY", metadata: { retryAfter: "1" } });
    expect(await outcomeOf(ask())).toBe("answered");
  });

  it("are found for those of each network, however many of another wait", async () => {
    const flood = Array.from({ length: MOST_WAITING + 1 }, () => outcomeOf(ask()));
    const others = ["b", "c", "c"].map((network) => outcomeOf(ask("", { network })));
    expect(await Promise.all(others)).toEqual(["answered", "answered", "answered"]);
    const outcomes = await Promise.all(flood);
    expect(outcomes.filter((outcome) => outcome === "BUSY")).toHaveLength(others.length);
    // Those who came last gave way.
    expect(outcomes.lastIndexOf("answered")).toBeLessThan(outcomes.indexOf("BUSY"));
  });

  it("are given up, too, before they are asked for, while time passes", async () => {
    const leaving = new AbortController();
    let passes = 0;
    const slow = openFacetReader(
      {
        ...{ now: () => begin, failed: () => undefined },
        passTime() {
          if (++passes === 2) leaving.abort(new Error("left"));
          return passes < 10;
        },
      },
      { file, log },
    );
    const asked = slow.listFacets(undefined, { signal: leaving.signal, network: "a" });
    const outcome = await outcomeOf(asked);
    await slow.close();
    expect([outcome, passes]).toEqual(["Error: left", 2]);
  });

  it("are waited for no longer than the caller does, who leaves room for another", async () => {
    const leaving = new AbortController();
    const [first, ...waiting] = Array.from({ length: MOST_WAITING + 1 }, () =>
      outcomeOf(ask("", { signal: leaving.signal })),
    );
    leaving.abort(new Error("left"));
    const others = Array.from({ length: MOST_WAITING }, () => outcomeOf(ask()));
    expect(new Set(await Promise.all([first, ...waiting]))).toEqual(new Set(["Error: left"]));
    expect(new Set(await Promise.all(others))).toEqual(new Set(["answered"]));
    expect(await outcomeOf(ask("", { signal: leaving.signal }))).toBe("Error: left");
  });

  it("are found by another thread when one has ended, whose questions fail", async () => {
    list(0, 3);
    await ask();
    const asked = [ask(), ask()].map(outcomeOf);
    await threads[0]?.terminate();
    expect(await Promise.all(asked)).toEqual(["SERVICE_UNAVAILABLE", "SERVICE_UNAVAILABLE"]);
    // Not at once: one that ends whenever it begins would take all the time there is.
    expect(await outcomeOf(ask())).toBe("SERVICE_UNAVAILABLE");
    expect(threads).toHaveLength(1);
    while ((await outcomeOf(ask())) !== "answered") await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await count()).toBe(3);
    expect(threads).toHaveLength(2);
  });

  it("are found for all who wait before the thread is closed, and for nobody after that", async () => {
    const asked = [ask(), ask(), ask()].map(outcomeOf);
    await reader.close();
    expect(await Promise.all(asked)).toEqual(["answered", "answered", "answered"]);
    expect(await outcomeOf(ask())).toBe("SERVICE_UNAVAILABLE");
    projection.close();
  });

  it("tell of a file that is damaged", async () => {
    list(0, 400);
    projection.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    writeFileSync(file, Buffer.alloc(60 * 4_096, 0xa5), { flag: "r+" });
    await expect(ask()).rejects.toThrow();
    expect(damage.length).toBeGreaterThan(0);
  });
});
