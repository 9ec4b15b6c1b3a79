import { describe, expect, it } from "@jest/globals";
import { parseOptions } from "./bench-options.ts";

const rows = ["locks", "sales", "cancels"];

describe("the bench's arguments", () => {
  it("ask for everything in full when there are none", () => {
    expect(parseOptions([], rows)).toEqual({ rows, share: 1, results: ".local/bench", against: undefined });
  });

  it("name rows, which are measured in their own order and quickly", () => {
    const { rows: asked, share } = parseOptions(["cancels", "locks"], rows);
    expect(asked).toEqual(["locks", "cancels"]);
    expect(share).toBeLessThan(0.5);
    expect(parseOptions(["locks", "--full"], rows).share).toBe(1);
  });

  it("say where the results go and what they are compared with", () => {
    const { results, against } = parseOptions(["--results", "/tmp/a", "--against", "b.json"], rows);
    expect([results, against]).toEqual(["/tmp/a", "b.json"]);
  });

  it("must name rows that there are", () => {
    expect(() => parseOptions(["lokcs"], rows)).toThrow("There is no row lokcs; rows: locks, sales, cancels");
  });
});
