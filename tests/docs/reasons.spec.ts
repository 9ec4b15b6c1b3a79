import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "@jest/globals";
import type { Reason } from "@ticketing/proto/reason";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { read, root } from "../support/markdown.ts";

const filesIn = (folder: string, isWanted: (name: string) => boolean) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => isWanted(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name));

/** The values of the contract's enum, each with its comment on one line. */
const contract = read("proto/ticketing/errors/v1/reason.proto");
const reasons = [...contract.matchAll(/((?: {2}\/\/ .*\n)+) {2}REASON_(\w+) = \d+ \[/g)].map(
  ([, comment = "", name = ""]) => ({ name, comment: comment.replaceAll(/\s*\/\/ /g, " ").trim() }),
);
/** A code as gRPC spells it. */
const spelled = (code: Code) => Code[code].replace(/\B[A-Z]/g, "_$&").toUpperCase();
const codes = new Set(
  Object.values(Code).flatMap((code) => (typeof code === "number" ? [spelled(code)] : [])),
);
const codeOf = (name: string) => spelled(new DomainError(name as Reason, "").code);

/** What refuses calls: the services, what they share, and the gateway. */
const source = ["services", "runtime/src", "gateway/src"]
  .flatMap((folder) => filesIn(folder, (name) => /(?<!\.spec)\.ts$/.test(name) && !name.includes("testing")))
  .map(read)
  .join("\n");

describe("a reason of the contract", () => {
  it("is one for which some call is refused", () => {
    expect(reasons.length).toBeGreaterThan(60);
    const thrown = Array.from(
      source.matchAll(/new DomainError\(\s*([^,]*),/g),
      ([, reason]) => reason,
    ).join();
    expect(reasons.map(({ name }) => name).filter((name) => !thrown.includes(`"${name}"`))).toEqual([]);
  });

  it("says that waiting helps where its refusals say how long, and nowhere else", () => {
    const waiting = reasons.filter(({ comment }) => /\bRetry[.,]/.test(comment)).map(({ name }) => name);
    const timed = source.matchAll(/new DomainError\(\s*"(\w+)",\s*(?:"[^"]*"|`[^`]*`),\s*\{\},/g);
    const unavailable = reasons.map(({ name }) => name).filter((name) => codeOf(name) === "UNAVAILABLE");
    const expected = new Set([...Array.from(timed, ([, name]) => name), ...unavailable]);
    expect(waiting.sort()).toEqual([...expected].sort());
  });

  it("stands at each RPC with its own code", () => {
    const names = new Set(reasons.map(({ name }) => name));
    const wrong: string[] = [];
    for (const file of filesIn("proto/ticketing", (name) => name.endsWith(".proto"))) {
      const comments = read(file)
        .split("\n")
        .map((line) => /^\s*\/\/ ?(.*)$/.exec(line)?.[1] ?? "\n")
        .join(" ");
      for (const [said, code = "", name = ""] of comments.matchAll(
        /\b([A-Z]+(?:_[A-Z]+)?) ([A-Z]+(?:_[A-Z]+)+)\b/g,
      )) {
        if (codes.has(code) && !(names.has(name) && code === codeOf(name))) wrong.push(`${file}: ${said}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
