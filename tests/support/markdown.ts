import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
const SKIPPED = new Set(["node_modules", ".git", ".local", "dist", "gen"]);

/** The text of a page, by its path from the root. */
export const read = (page: string): string => readFileSync(join(root, page), "utf8");

/** Every page of the repository. */
export function markdown(folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : markdown(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** An example in a page: a block of code with its language; a block of output or a drawing has none. */
export interface Example {
  readonly page: string;
  readonly language: string;
  readonly code: string;
}

/** The blocks of code of a page. */
export const examplesOf = (page: string, text = read(page)): Example[] =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => ({
    page,
    language,
    code,
  }));
