import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { changeInPercent, type Results, readResults, readRunBefore, writeResults } from "./results.ts";
import type { Figures } from "./row.ts";

const of = (date: string, figures: Figures): Results => ({
  ...{ date, commit: "abc1234", cores: 2, cpu: "some", share: 1 },
  figures,
});

describe("results of a run", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ticketing-results-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("are read as they were written", async () => {
    const results = of("2026-11-01T10:00:00.000Z", { "lock.cpu_ms": 28 });
    expect(await readResults(await writeResults(folder, results))).toEqual(results);
  });

  it("are compared with the newest run before that measured some of the same", async () => {
    await writeResults(folder, of("2026-11-01T10:00:00.000Z", { "lock.cpu_ms": 30 }));
    await writeResults(folder, of("2026-11-02T10:00:00.000Z", { "lock.cpu_ms": 29 }));
    await writeResults(folder, of("2026-11-03T10:00:00.000Z", { "sale.cpu_ms": 70 }));
    const before = await readRunBefore(folder, { "lock.cpu_ms": 28, "cancel.cpu_ms": 35 });
    expect(before?.figures).toEqual({ "lock.cpu_ms": 29 });
  });

  it("have nothing before them in a folder that is not there", async () => {
    expect(await readRunBefore(join(folder, "none"), { "lock.cpu_ms": 1 })).toBeUndefined();
  });
});

describe("a change in per cent", () => {
  it("is of the earlier figure", () => {
    expect(changeInPercent("a", { a: 30 }, { a: 40 })).toBeCloseTo(-25, 9);
    expect(changeInPercent("a", { a: 60 }, { a: 40 })).toBeCloseTo(50, 9);
  });

  it("is unknown without an earlier figure, or from nothing", () => {
    expect(changeInPercent("a", { a: 30 }, {})).toBeUndefined();
    expect(changeInPercent("a", { a: 30 }, { a: 0 })).toBeUndefined();
  });
});
