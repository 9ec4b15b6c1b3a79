import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { expectAccessible, expectNoSidewaysScroll, inspect, screenshot, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { untilSuggested } from "./suggested.ts";
import { list, lock } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();
const event = `Evening of Plenty ${randomUUID().slice(0, 8)}`;
let seller: Awaited<ReturnType<typeof newPerson>>;

/** More than a page of tickets, from €10.00 upwards. */
const COUNT = 34;

beforeAll(async () => {
  seller = await newPerson(mesh, "Sela");
  for (let index = 0; index < COUNT; index++) await list(seller, event, 1_000 + index * 100);
}, 60_000);

const rows = (page: Awaited<ReturnType<typeof browser.open>>) =>
  page.getByRole("region", { name: "Tickets" }).getByRole("link");

describe("the list of single tickets", () => {
  test("is sorted as asked, and goes on as one scrolls", async () => {
    const page = await browser.open(mesh, `/?view=tickets&q=${encodeURIComponent(event)}`, { size: "phone" });
    await rows(page).nth(29).waitFor();
    await page.getByLabel("Sort by").selectOption("Dearest first");
    await page.waitForURL("**sort=dearest**");
    await rows(page).first().getByText("€43.00").waitFor();
    await page.getByLabel("Sort by").selectOption("Cheapest first");
    await rows(page).first().getByText("€10.00").waitFor();
    await page.getByRole("contentinfo").scrollIntoViewIfNeeded();
    await page.getByText(`${COUNT} tickets`, { exact: true }).waitFor();
    expect(await rows(page).count()).toBe(COUNT);
    await rows(page).last().getByText("€43.00").waitFor();
    await screenshot(page, "browse-tickets-phone");
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });

  test("changes under one's eyes when a ticket is held and when it is let go", async () => {
    const rival = await newPerson(mesh, "Rita");
    const ticket = await list(seller, `Evening of Glances ${randomUUID()}`);
    const page = await browser.open(
      mesh,
      `/?view=tickets&q=${encodeURIComponent(ticket.event?.title ?? "")}`,
    );
    await rows(page).first().getByText("Available").waitFor();
    const order = await lock(rival, ticket);
    await rows(page).first().getByText("Being bought").waitFor();
    await rival.orders.cancelOrder({ orderId: order.id });
    await rows(page).first().getByText("Available").waitFor();
  });

  test("that cannot be read says why, and is read when asked again", async () => {
    const page = await browser.open(mesh, "/sign-in");
    let away = true;
    await page.route("**/ticketing.catalog.v1.CatalogService/**", (route) =>
      away ? route.abort("connectionrefused") : route.continue(),
    );
    browser.expectProblem(/ERR_CONNECTION_REFUSED/);
    await page.goto(`/?view=tickets&q=${encodeURIComponent(event)}`);
    await page.getByRole("heading", { name: "No connection" }).waitFor();
    await screenshot(page, "browse-error-desktop");
    await expectAccessible(page);
    away = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await rows(page).first().waitFor();
  });
});

test("a search without a match shows the events that it may mean, and ways to look for less", async () => {
  const name = `Thunderstorm ${randomUUID().replace(/[-0-9]/g, "")}`;
  const ticket = await list(seller, name);
  await untilSuggested(seller, { id: ticket.event?.eventId ?? "", title: name });
  const mistyped = name.replace("Thunderstorm", "Thunderstrom");
  const page = await browser.open(mesh, `/?q=${encodeURIComponent(mistyped)}&category=sports`);
  await page.getByRole("heading", { name: "Nothing found" }).waitFor();
  const meant = page.getByRole("region", { name: "Did you mean one of these?" });
  await meant.getByRole("link", { name }).waitFor();
  await inspect(page, "browse-nothing");
  await page.getByRole("main").getByRole("button", { name: "Clear filters" }).last().click();
  await page.waitForURL((url) => !url.searchParams.has("category"));
  await meant.getByRole("link", { name }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.goto(`/?q=${encodeURIComponent(mistyped)}&view=tickets`);
  await page.getByRole("button", { name: "Clear the search words" }).click();
  await rows(page).first().waitFor();
});

test("a screen that breaks leaves a way on, and the rest of the app whole", async () => {
  const page = await browser.open(mesh, "/sign-in");
  browser.expectProblem(/./);
  // An answer that no service would give: a price in a currency that does not exist.
  await page.route("**/ticketing.catalog.v1.CatalogService/SearchTickets", async (route) => {
    const response = await route.fetch();
    const body = (await response.body()).toString("latin1").replaceAll("EUR", "E\u0000R");
    await route.fulfill({ response, body: Buffer.from(body, "latin1") });
  });
  await page.goto(`/?view=tickets&q=${encodeURIComponent(event)}`);
  await page.getByRole("heading", { name: "This page could not be shown" }).waitFor();
  await screenshot(page, "crash-desktop");
  await expectAccessible(page);
  await page.unroute("**/ticketing.catalog.v1.CatalogService/SearchTickets");
  await page.getByRole("button", { name: "Reload" }).click();
  await rows(page).first().waitFor();
});
