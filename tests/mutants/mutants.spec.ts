import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const root = fileURLToPath(new URL("../..", import.meta.url));
const patches = readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".patch"));

describe("a mutant", () => {
  it.each(patches)(
    "%s takes a protection out of the code as it is, and names the test that sees it",
    (name) => {
      const path = `tests/mutants/${name}`;
      const { status, stderr } = spawnSync("git", ["apply", "--check", "-C1", path], {
        cwd: root,
        encoding: "utf8",
      });
      expect(status === 0 ? "" : stderr).toBe("");
      const text = readFileSync(new URL(name, import.meta.url), "utf8");
      expect(text).toMatch(/^Protection: \S/m);
      const test = /^Seen by: (\S+)$/m.exec(text)?.[1] ?? "none";
      expect(`${test} ${existsSync(`${root}/${test}`)}`).toBe(`${test} true`);
    },
  );
});
