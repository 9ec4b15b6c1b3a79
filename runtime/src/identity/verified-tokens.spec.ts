import { describe, expect, it } from "@jest/globals";
import { VerifiedTokens } from "./verified-tokens.ts";

const inSeconds = (seconds: number) => Date.now() / 1000 + seconds;

describe("a verified token", () => {
  it("is known until it expires", () => {
    const tokens = new VerifiedTokens<string>();
    tokens.add("alive", "Ada", inSeconds(60));
    tokens.add("over", "Bob", inSeconds(-1));
    expect([tokens.find("alive"), tokens.find("over"), tokens.find("never seen")]).toEqual([
      "Ada",
      undefined,
      undefined,
    ]);
  });

  it("makes room for the next where there are too many", () => {
    const tokens = new VerifiedTokens<number>(2);
    for (const n of [1, 2, 3]) tokens.add(`token ${n}`, n, inSeconds(60));
    expect([1, 2, 3].map((n) => tokens.find(`token ${n}`))).toEqual([undefined, 2, 3]);
  });
});
