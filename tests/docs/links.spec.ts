import { readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { markdown, read, root } from "../support/markdown.ts";

/** The links of a page: their text, and where they lead. */
function linksOf(page: string, text = read(page)) {
  return [...text.matchAll(/\[((?:`[^`]*`|[^\]`])*)\]\(([^)\s]+)\)/g)].map(([, label = "", target = ""]) => {
    const [path = "", anchor] = target.split("#");
    const outside = /^[a-z]+:/.test(target);
    return { label, target, anchor, path: outside ? undefined : join(dirname(page), path) };
  });
}

/** The anchor that a heading gets, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const exists = (path: string) => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;

describe("every page", () => {
  it.each(markdown())("%s links only to what is there", (page) => {
    const broken = linksOf(page).filter(({ target, path, anchor }) => {
      if (path === undefined) return false;
      const file = target.startsWith("#") ? page : path;
      if (!exists(file)) return true;
      if (!anchor || !file.endsWith(".md")) return false;
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));
      return !headings.includes(anchor);
    });
    expect(broken.map(({ target }) => target)).toEqual([]);
  });
});

describe("docs/reliability.md", () => {
  const page = "docs/reliability.md";
  const mutants = readdirSync(join(root, "tests/mutants"))
    .filter((name) => name.endsWith(".patch"))
    .map((name) => name.replace(".patch", ""));
  const rows = read(page)
    .split("\n")
    .filter((line) => line.includes("../tests/mutants/"))
    .map((line) => ({ line, links: linksOf(page, line) }));

  it("names every mutant once, and no other", () => {
    const named = rows.map(({ links }) => links[1]?.label);
    expect([...named].sort()).toEqual([...mutants].sort());
  });

  it.each(rows.map(({ line, links }) => [links[1]?.label, line, links] as const))(
    "says of %s what its patch says",
    (mutant, line, [keeper, , test]) => {
      const patch = read(`tests/mutants/${mutant}.patch`);
      const protection = /^Protection: (.*)$/m.exec(patch)?.[1] ?? "";
      expect(line.split("|")[1]?.trim().toLowerCase()).toBe(protection.toLowerCase());
      expect(test?.path).toBe(/^Seen by: (.*)$/m.exec(patch)?.[1]);
      expect(keeper?.path).toBe(/^\+\+\+ b\/(.*)$/m.exec(patch)?.[1]);

      // The line quoted is in the file, and is one that the patch takes out or writes beside.
      const quoted = keeper?.label.replaceAll("`", "") ?? "";
      expect({ quoted, found: read(keeper?.path ?? "").includes(quoted) }).toEqual({ quoted, found: true });
      const before = patch.split("\n").filter((text) => /^[- ]/.test(text) && !text.startsWith("---"));
      const taken = before.filter((text) => text.startsWith("-"));
      const changed = (taken.length > 0 ? taken : before).some((text) => text.includes(quoted));
      expect({ quoted, changed }).toEqual({ quoted, changed: true });
    },
  );

  it("names every file of faults", () => {
    const named = linksOf(page).map(({ path }) => path);
    const files = readdirSync(join(root, "tests/faults")).filter((name) => name.endsWith(".faults.ts"));
    expect(files.filter((name) => !named.includes(relative("", join("tests/faults", name))))).toEqual([]);
  });
});

describe("docs/rules.md", () => {
  const page = "docs/rules.md";
  /** The cells of the rows of a page's tables. */
  const rowsOf = (path: string) =>
    read(path)
      .split("\n")
      .filter((line) => /^\| (?!rule |variable |-)/.test(line))
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
  const codesIn = (cell = "") => [...cell.matchAll(/`([^`]*)`/g)].map(([, code = ""]) => code);
  const rules = rowsOf(page).map(([rule = "", value, variable, line = ""]) => ({
    ...{ rule, line, defaults: codesIn(value), variables: codesIn(variable) },
  }));
  const configured = new Map(
    rowsOf("README.md").flatMap(([names, values]) =>
      codesIn(names).map((name, n) => [name, codesIn(values)[n]] as const),
    ),
  );

  it.each(rules.map(({ rule, line }) => [rule, line]))("quotes the line that decides: %s", (_, line) => {
    const [link] = linksOf(page, line);
    const quoted = link?.label.replaceAll("`", "") ?? "nothing";
    expect({ quoted, found: read(link?.path ?? "").includes(quoted) }).toEqual({ quoted, found: true });
  });

  it("gives each variable the default of the README", () => {
    const given = rules.flatMap(({ variables, defaults }) =>
      variables.map((name, n) => [name, defaults[n]] as const),
    );
    expect(given.length).toBeGreaterThan(10);
    expect(given).toEqual(given.map(([name]) => [name, configured.get(name)]));
  });
});
