import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Page } from "playwright-core";
import { signIn, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";

const browser = useBrowser();
const mesh = sharedMesh();
const origin = new URL(mesh.addresses.gateway).origin;

/** Ways to name another site, as they stand behind `from=`: some escaped once, some twice. */
const elsewhere = [
  "https%3A%2F%2Felsewhere.example%2Fx",
  "//elsewhere.example/x",
  "/%5Celsewhere.example",
  "/.//elsewhere.example",
];

test.each(elsewhere)("signing in at /sign-in?from=%s stays in the shop", async (from) => {
  const person = await newPerson(mesh, "Ola");
  const page = await browser.open(mesh, `/sign-in?from=${from}`);
  const left: string[] = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest() && new URL(request.url()).origin !== origin) left.push(request.url());
  });
  expect(await page.getByRole("main").getByRole("link").first().getAttribute("href")).toBe("/sign-up");
  await signIn(page, person.signIn);
  await page.getByRole("searchbox").first().waitFor();
  expect([page.url(), left]).toEqual([`${origin}/`, []]);
});

test("words stay what was written, and of several the first counts", async () => {
  const page = await browser.open(mesh, "/?q=1e3");
  const words = page.getByRole("searchbox").first();
  expect(await words.inputValue()).toBe("1e3");
  await page.goto("/?q=true&view=tickets");
  expect(await words.inputValue()).toBe("true");
  await page.goto("/?q=abc&q=def");
  expect(await words.inputValue()).toBe("abc");
});

const values = fc.oneof(
  fc.constantFrom(
    ...["", "abc", "true", "null", "1e3", "-1", "NaN", "Infinity", "[]", '{"a":1}', '"x"', "0000-01-01"],
    ...[
      "garbage",
      "2026-02-30",
      "9999-12-31",
      "EUR",
      "XXX",
      "concert",
      "constructor",
      "__proto__",
      "tickets",
    ],
    ...["cheapest", "//elsewhere.example", "\u0000", "\t", "%", "‮", "ﷺ", "😀".repeat(60), "0197c2a1"],
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const names = [
  ...["q", "category", "city", "from", "to", "min", "max", "currency", "sort", "view", "like"],
  ...["__proto__", "constructor", "unknown"],
];
const parameters = fc
  .array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 5 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&"));
const segment = fc.oneof(
  fc.constantFrom(
    "new",
    "%20",
    "%E0%A4%A",
    "%2F%2Felsewhere.example",
    "..%2f",
    "%5C",
    "%00",
    "a".repeat(500),
  ),
  values.map(encodeURIComponent),
);
const paths = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("/", "/", "/sell/new", "/sign-in", "/sign-up", "/orders", "/sales"),
  },
  fc
    .tuple(fc.constantFrom("events", "tickets", "checkout", "sell", "orders", "", "nowhere"), segment)
    .map(([folder, id]) => `/${folder}/${id}`),
);

/** What was found by hand or by earlier runs, and as many again as a minute allows. */
const addresses = [
  ...["/?q=abc&q=def", "/?q=true", "/?from=garbage", "/?min=abc&currency=EUR", "/?q=%E0%A4%A", "/?q=%00"],
  ...["/tickets/%E0%A4%A", "//elsewhere.example", "/%5Celsewhere.example", "/%2F%2Felsewhere.example"],
  ...[
    "/events/x?sort=toString",
    "/sell/new?like=a&like=b",
    "/?view[]=tickets",
    "/?__proto__=1",
    "/?sort=constructor",
    "/checkout/x?to=y",
  ],
  ...fc.sample(
    fc.tuple(paths, parameters).map(([path, search]) => (search ? `${path}?${search}` : path)),
    { numRuns: 45, seed: 1 },
  ),
];

test("no address breaks a page or leaves the shop, with a session or without", async () => {
  browser.expectProblem(/responded with a status of 4\d\d/);
  const visit = async (page: Page) => {
    for (const address of addresses) {
      // Some are no address for the server either; the page that it answers with has to stand.
      const answer = await page.goto(origin + address);
      if (!answer?.headers()["content-type"]?.startsWith("text/html")) continue;
      const heading = page.getByRole("heading", { level: 1 }).first();
      await heading.waitFor().catch((cause) => {
        throw new Error(`${address} shows nothing`, { cause });
      });
      expect([address, new URL(page.url()).origin, await heading.textContent()]).toEqual([
        address,
        origin,
        expect.not.stringContaining("could not be shown"),
      ]);
    }
  };
  const visitors = [
    await browser.open(mesh, "/sign-in", { as: await newPerson(mesh, "Ola") }),
    await browser.open(mesh),
  ];
  await Promise.all(visitors.map(visit));
}, 240_000);

test("a bank's way back to a checkout without a session leads to signing in, without what the bank added", async () => {
  const person = await newPerson(mesh, "Ola");
  const page = await browser.open(mesh, "/checkout/none?payment_intent_client_secret=pi_1_secret_2");
  await signIn(page, person.signIn);
  await page.waitForURL(`${origin}/checkout/none`);
});
