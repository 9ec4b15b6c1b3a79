import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Figures } from "./row.ts";

/** What a run measured, on what, and when. */
export interface Results {
  /** RFC 3339. */
  readonly date: string;
  /** Of the checkout, with `+` if it was changed since. */
  readonly commit: string;
  readonly cores: number;
  readonly cpu: string;
  /** The share of the full number of calls; below 1 the figures are rougher. */
  readonly share: number;
  readonly figures: Figures;
}

/** The figures with where and when they were measured. */
export function describeRun(figures: Figures, share: number): Results {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const commit = git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") ? "+" : "");
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model ?? "unknown" };
  return { date: new Date().toISOString(), commit, ...machine, share, figures };
}

/** Writes a file of its own into the folder, and returns its path. Names sort by date. */
export async function writeResults(folder: string, results: Results): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${results.date.replaceAll(/[:.]/g, "-")}.json`);
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}

/** The newest results in the folder that share a figure with these. */
export async function readRunBefore(folder: string, figures: Figures): Promise<Results | undefined> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(".json")).sort();
  for (const name of files.reverse()) {
    const results = await readResults(join(folder, name));
    if (Object.keys(figures).some((figure) => figure in results.figures)) return results;
  }
  return undefined;
}

export const readResults = async (path: string): Promise<Results> =>
  JSON.parse(await readFile(path, "utf8")) as Results;

/** By how many per cent a figure changed; undefined where it was not measured before, or was nothing. */
export function changeInPercent(figure: string, now: Figures, before: Figures): number | undefined {
  const [value, earlier] = [now[figure], before[figure]];
  return value === undefined || !earlier ? undefined : (value / earlier - 1) * 100;
}
