import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

/** What each file imports from other folders, by folder: `{ browse: Set { "ticket" } }`. */
function folderImports(sources: ReadonlyMap<string, string>): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const [file, source] of sources) {
    const [folder = ""] = file.split("/");
    const imported = imports.get(folder) ?? new Set<string>();
    imports.set(folder, imported);
    for (const [, other = ""] of source.matchAll(/(?:from|import)[ (]"\.\.\/([\w-]+)\//g))
      imported.add(other);
  }
  return imports;
}

/** Folders of which each imports the next, and the last the first; undefined when there are none. */
function circle(imports: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const clear = new Set<string>();
  const search = (folder: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(folder)) return [...path.slice(path.indexOf(folder)), folder];
    if (clear.has(folder)) return undefined;
    for (const next of imports.get(folder) ?? []) {
      const found = search(next, [...path, folder]);
      if (found) return found;
    }
    clear.add(folder);
    return undefined;
  };
  for (const folder of imports.keys()) {
    const found = search(folder, []);
    if (found) return found;
  }
  return undefined;
}

test("no folder of the web imports one that imports it, directly or by others", () => {
  const files = globSync("*/**/*.{ts,tsx}", { cwd: import.meta.dirname, exclude: ["**/*.spec.ts"] });
  const sources = new Map(
    files.map((file) => [file, readFileSync(join(import.meta.dirname, file), "utf8")] as const),
  );
  const imports = folderImports(sources);
  expect(imports.get("app")).toContain("browse");
  expect(circle(imports)).toBeUndefined();
});

test("a circle is found, over a third folder and by an import that comes later", () => {
  const sources = new Map([
    ["a/one.ts", 'import { two } from "../b/two.ts";\nimport { own } from "./own.ts";'],
    ["b/two.ts", 'const screen = () => import("../c/three.tsx");'],
    ["c/three.tsx", 'import "../a/one.css";'],
  ]);
  expect(circle(folderImports(sources))).toEqual(["a", "b", "c", "a"]);
  expect(circle(new Map([...folderImports(sources)].slice(0, 2)))).toBeUndefined();
});
