import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { examplesOf, markdown, read, root } from "../support/markdown.ts";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const pages = markdown();
const exists = (path: string) => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;

// `tests/clients` runs `ts` and `sh` on a mesh with the demo data. A cluster is needed for `kubectl`; `npm` is looked at
// here. What is none of these is a picture or output.
describe("an example", () => {
  it.each(pages)("of %s has a language by which it is run", (page) => {
    const unnamed = examplesOf(page).filter(
      ({ language, code }) =>
        language === "" && /^(?:\$ )?(?:curl|node|npx|python3?|sh|import|const) /m.test(code),
    );
    expect(unnamed).toEqual([]);
    const languages = examplesOf(page).map(({ language }) => language);
    expect(languages.filter((language) => !["", "ts", "sh"].includes(language))).toEqual([]);
  });

  it.each(pages)("of a command in %s names a script that is there", (page) => {
    const named = [
      ...read(page).matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|stop|test)\b)( -w \S+)?/g),
    ]
      // Of another package.
      .filter(([, , , workspace]) => !workspace)
      .map(([, script, short]) => script ?? short ?? "");
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  it.each(pages)("of a command in a container of %s names a file of that service", (page) => {
    const inContainers = [...read(page).matchAll(/deploy\/([\w-]+) -- \S+(?: --\S+)* service\/(\S+\.ts)/g)];
    for (const [, service, file] of inContainers) {
      expect([`services/${service}/${file}`, `${service}/${file}`].some(exists)).toBe(true);
    }
  });

  it("of how an aggregate is declared stands so in the code", () => {
    const declared = examplesOf("docs/architecture.md").filter(({ code }) =>
      code.includes("defineAggregate"),
    );
    expect(declared).toHaveLength(1);
    expect(read("runtime/testing/boat/boat-aggregate.ts")).toContain(declared[0]?.code);
  });

  it("is found in a page at all", () => {
    expect(examplesOf("x.md", "a\n```ts\nconst a = 1;\n```\n\n```\nout\n```\n")).toEqual([
      { page: "x.md", language: "ts", code: "const a = 1;\n" },
      { page: "x.md", language: "", code: "out\n" },
    ]);
  });
});
