import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "@jest/globals";
import { root } from "../support/markdown.ts";

interface Import {
  readonly file: string;
  /** A package's export, or a path from the root of the repository. */
  readonly target: string;
}

/** Everything that the sources under these folders import. */
function importsOf(...folders: string[]): Import[] {
  const patterns = folders.map((folder) => `${folder}/**/*.{ts,tsx}`);
  const files = globSync(patterns, { cwd: root, exclude: ["**/node_modules", "**/dist", "**/gen"] });
  expect(files.length).toBeGreaterThan(100);
  return files.flatMap((file) => {
    const source = readFileSync(join(root, file), "utf8");
    return [...source.matchAll(/(?:\bfrom |^import |\bimport\()"([@.][^"\n]+)"/gm)].map(
      ([, target = ""]) => ({
        file,
        target: target.startsWith(".") ? normalize(join(dirname(file), target)) : target,
      }),
    );
  });
}

const lines = (imports: readonly Import[]) => imports.map(({ file, target }) => `${file} imports ${target}`);
/** `tests/faults/audit.ts` belongs to the suite `faults`. */
const suiteOf = (path: string) => path.split("/")[1];

it("nothing that is deployed imports the tests or the launcher", () => {
  const imports = importsOf("runtime", "gateway", "services", "workflows", "web");
  const forbidden = /^(tests|local\/launcher)\/|^@ticketing\/(tests|launcher)\//;
  expect(lines(imports.filter(({ target }) => forbidden.test(target)))).toEqual([]);
});

it("tests import other packages by their exports, not by the paths of their files", () => {
  const outside = importsOf("tests").filter(({ target }) => !/^(@|tests\/)/.test(target));
  expect(lines(outside)).toEqual([]);
});

it("suites import from tests/support and not from each other, and tests/support imports no suite", () => {
  const strange = importsOf("tests").filter(
    ({ file, target }) =>
      target.startsWith("tests/") && ![suiteOf(file), "support"].includes(suiteOf(target)),
  );
  expect(lines(strange)).toEqual([]);
});
