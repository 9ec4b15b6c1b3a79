import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { ownPath, parseSearch, stringifySearch, wayBack } from "./address.ts";

const ORIGIN = "https://shop.example";

describe("a path of this app", () => {
  test.each([
    "/",
    "/orders",
    "/tickets/0197c2a1-7f00-7000-8000-000000000001",
    "/?q=a%2F%2Fb&from=2026-12-01",
    "/sell/new?like=1#price",
    "/events/Ab_-9?sort=cheapest",
    "/?q=https://elsewhere.example",
  ])("is %s", (path) => {
    expect(ownPath(path)).toBe(path);
  });

  test.each([
    "https://elsewhere.example/x",
    "HTTPS://elsewhere.example",
    "https:elsewhere.example",
    "//elsewhere.example",
    "///elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/.//elsewhere.example",
    "/x/..//elsewhere.example",
    "/%2e//elsewhere.example",
    "/%2F%2Felsewhere.example",
    "/%5Celsewhere.example",
    "/%09/elsewhere.example",
    "/\t/elsewhere.example",
    "/\n/elsewhere.example",
    "\t//elsewhere.example",
    "\u0000//elsewhere.example",
    " //elsewhere.example",
    "/orders\n",
    "/orders?\r\nlocation: x",
    "/\u2215/elsewhere.example",
    "/／elsewhere.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "blob:https://elsewhere.example/1",
    "orders",
    "",
    undefined,
    null,
    42,
    ["/orders"],
    { toString: () => "/orders" },
  ])("is not %j", (value) => {
    expect(ownPath(value)).toBeUndefined();
  });

  it("is not longer than a browser is sure to take", () => {
    expect(ownPath(`/${"a".repeat(3_000)}`)).toBeUndefined();
  });

  it("never leads to another origin, whatever is written and however often it is decoded", () => {
    const piece = fc.constantFrom(
      ...["/", "\\", "//", ".", "..", "%2f", "%5c", "%2e", "%09", "\t", "\n", "\r", " ", "\u0000", "@", ":"],
      ...["elsewhere.example", "https:", "javascript:", "?", "#", "orders", "%", "%25", "％", "／", "\ufeff"],
    );
    const written = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(
        fc.oneof(
          written,
          written.map((text) => `/${text}`),
        ),
        (text) => {
          const path = ownPath(text);
          if (path === undefined) return;
          const url = new URL(path, ORIGIN);
          expect(url.origin).toBe(ORIGIN);
          // Reading it once more, as a router does, is no way out either.
          expect(new URL(decodeURI(url.pathname), ORIGIN).origin).toBe(ORIGIN);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe("the way back from signing in", () => {
  test.each(["/", "/orders/0197c2a1", "/sign-inside", "/?q=/sign-in", "/sell/sign-in"])("is %s", (path) => {
    expect(wayBack(path)).toBe(path);
  });

  test.each([
    "/sign-in",
    "/sign-up",
    "/Sign-In",
    "/sign-in?from=/orders",
    "/sign-up?from=/sign-in#top",
    "/sign-in#top",
    "https://elsewhere.example",
    undefined,
  ])("is not %j: one would be asked to sign in again, or be elsewhere", (path) => {
    expect(wayBack(path)).toBeUndefined();
  });
});

describe("the parameters of an address", () => {
  test.each([
    ["?q=1e3", { q: "1e3" }],
    ["?q=true&city=null", { q: "true", city: "null" }],
    ["?q=0x10&min=007", { q: "0x10", min: "007" }],
    ['?q={"a":1}', { q: '{"a":1}' }],
    ["?q=abc&q=def", { q: "abc" }],
    ["?q=", { q: "" }],
    ["?q", { q: "" }],
    ["?q=a+b%20c", { q: "a b c" }],
    ["?q=%E0%A4%A&x=%", { q: "\ufffd%A", x: "%" }],
    ["", {}],
    ["?", {}],
  ])("of %s are text", (text, search) => {
    expect(parseSearch(text)).toEqual(search);
  });

  test("come back as what they were", () => {
    const search = fc.dictionary(fc.string(), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(search, (given) => {
        const own = Object.fromEntries(
          Object.entries(given).map(([k, v]) => [k.toWellFormed(), v.toWellFormed()]),
        );
        expect(parseSearch(stringifySearch(own))).toEqual(own);
      }),
    );
  });

  test("are left out where there is nothing to say", () => {
    expect(stringifySearch({ q: undefined, min: 20, view: "tickets" })).toBe("?min=20&view=tickets");
    expect(stringifySearch({ q: undefined })).toBe("");
  });
});
