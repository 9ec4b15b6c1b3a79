import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { addedBy, offences } from "./history-rule.ts";

const HISTORY = "workflows/histories/complete.json";
const CODE = "workflows/src/order-lifecycle/workflow.ts";
const folder = mkdtempSync(join(tmpdir(), "ticketing-history-rule-"));
const repository = join(folder, "repository");

/** Git as on a machine where nobody configured it. */
function git(...args: string[]): string {
  const who = ["-c", "user.name=Spec", "-c", "user.email=spec@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", ["-C", repository, ...who, ...args], { encoding: "utf8", stdio: "pipe" });
}

// Dozens of git processes, on a machine that may be under load.
jest.setTimeout(60_000);

let writes = 0;
function commit(subject: string, ...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), `${++writes}\n`);
  }
  git("add", "-A");
  git("commit", "-q", "-m", subject);
}

beforeAll(() => {
  mkdirSync(repository);
  git("init", "-q", "-b", "main");
  commit("begin with both", HISTORY, CODE);
  commit("change code", CODE);
  commit("add a history with code", "workflows/histories/new.json", CODE);
  commit("record anew", HISTORY);
  commit("record anew with a spec", HISTORY, "workflows/src/replay.spec.ts");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const subjects = async (of = repository, since?: string) =>
  (await offences(of, since)).map((line) => line.slice(line.indexOf(" ") + 1));

describe("a history that was recorded", () => {
  it("is not recorded anew by a commit of this repository that changes workflow code", async () => {
    const root = join(import.meta.dirname, "../..");
    // The rule holds from the commit that brought it. A copy of the files without their history has broken nothing.
    if (!existsSync(join(root, ".git"))) return;
    expect(await offences(root, await addedBy(root, "tests/history-rule/history-rule.ts"))).toEqual([]);
  });

  it("may be added with code, and changed without", async () => {
    expect(await subjects()).toEqual([]);
  });

  it("is noticed when it is changed or removed together with code", async () => {
    commit("record anew with code", HISTORY, CODE);
    const before = git("rev-parse", "HEAD").trim();
    rmSync(join(repository, "workflows/histories/new.json"));
    commit("remove with code", CODE);
    expect(await subjects()).toEqual(["remove with code", "record anew with code"]);
    expect(await subjects(repository, before)).toEqual(["remove with code"]);
  });

  it("is noticed in a shallow clone as far as that reaches, and its cut end is no offence", async () => {
    commit("go on", "README.md");
    const clone = (depth: number) => {
      const to = join(folder, `depth-${depth}`);
      execFileSync("git", ["clone", "-q", "--depth", String(depth), `file://${repository}`, to], {
        stdio: "pipe",
      });
      return to;
    };
    expect(await subjects(clone(1))).toEqual([]);
    expect(await subjects(clone(2))).toEqual([]);
    expect(await subjects(clone(3))).toEqual(["remove with code"]);
  });

  it("is noticed when a merge changes it beside code, and not when a merge only joins", async () => {
    const base = git("rev-parse", "HEAD").trim();
    git("checkout", "-q", "-b", "side");
    commit("code on the side", CODE);
    git("checkout", "-q", "main");
    commit("history on main", HISTORY);
    git("merge", "-q", "--no-ff", "-m", "join", "side");
    expect(await subjects(repository, base)).toEqual([]);
    git("checkout", "-q", "-b", "other", base);
    commit("something else", "README.md");
    git("checkout", "-q", "main");
    git("merge", "-q", "--no-ff", "--no-commit", "other");
    commit("join and change", HISTORY, CODE);
    expect(await subjects(repository, base)).toEqual(["join and change"]);
  });

  it("is guarded from the commit on that brought the guard", async () => {
    expect(await addedBy(repository, "README.md")).toBe(git("log", "--format=%H", "--grep", "go on").trim());
    expect(await addedBy(repository, "none")).toBeUndefined();
  });
});
