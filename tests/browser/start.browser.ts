import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "@jest/globals";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Locator } from "playwright-core";
import { eventually } from "../support/test-mesh.ts";
import { inspect, useBrowser } from "./browser.ts";
import { summerDay } from "./clock.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";

const browser = useBrowser();
const mesh = sharedMesh();
const word = () => randomUUID().replace(/[-0-9]/g, "");

interface Listed {
  category?: Category;
  minorUnits?: bigint;
}

async function listIn(city: string, title: string, listed: Listed = {}): Promise<void> {
  const { category = Category.SPORTS, minorUnits = 4_500n } = listed;
  const seller = await newPerson(mesh, "Sela");
  await seller.tickets.createTicket({
    ...{ requestId: randomUUID(), title: "Two rows from the stage", category },
    event: {
      ...{ title, venue: "Old Mill", city },
      startTime: timestampFromDate(new Date(Date.now() + 20 * 24 * 3_600_000)),
    },
    price: { minorUnits, currency: "EUR" },
  });
}

test("the start page is for the city that was chosen before, until it is cleared", async () => {
  const city = `City ${word()}`;
  const title = `Evening of ${word()}`;
  await listIn(city, title);
  const page = await browser.open(mesh);
  const events = page.getByRole("region", { name: "Events" }).getByRole("link");
  await events.nth(5).waitFor();
  await inspect(page, "start", ["phone", "desktop", "wide"]);
  await page.getByLabel("City").fill(city);
  await page.waitForURL(/city=/);
  await events.filter({ hasText: title }).waitFor();
  await page.getByText("1 event", { exact: true }).waitFor();
  await inspect(page, "start-city");

  await page.goto("/sell");
  await page.getByRole("link", { name: "Browse" }).click();
  await page.getByText("1 event", { exact: true }).waitFor();
  expect(new URL(page.url()).search).toBe("");
  expect(await page.getByLabel("City").inputValue()).toBe(city);
  // An address that says what it looks for is the same for everybody.
  await page.goto("/?q=evening");
  expect(await page.getByLabel("City").inputValue()).toBe("");
  await page.goto("/");
  await page.getByLabel("City").fill("");
  await events.nth(5).waitFor();
  await page.reload();
  await events.nth(5).waitFor();
});

/** Whether the lower end of an element lies in the window, as it is scrolled now. */
const endsInWindow = (locator: Locator): Promise<boolean> =>
  locator.evaluate(
    (element) =>
      element.getBoundingClientRect().bottom <= (element.ownerDocument.defaultView?.innerHeight ?? 0),
  );

test("every filter at the side can be reached, however long the list of events is", async () => {
  const page = await browser.open(mesh);
  await page.getByRole("region", { name: "Events" }).getByRole("link").nth(12).waitFor();
  const prices = page.getByRole("region", { name: "Prices" }).getByRole("button");
  await prices.first().waitFor();
  await page.evaluate("window.scrollTo(0, 900)");
  const filters = page.getByRole("search", { name: "Filters" });
  await eventually(async () => (await endsInWindow(filters)) || undefined);
  await prices.last().scrollIntoViewIfNeeded();
  expect(await endsInWindow(prices.last())).toBe(true);
});

test("days that people look for often are one choice", async () => {
  const page = await browser.open(mesh, "/", { size: "phone" });
  await page.getByRole("radio", { name: "This weekend" }).check();
  await page.waitForURL(/from=20.*to=20/);
  await page.getByRole("radio", { name: "Next month" }).check();
  await page.waitForURL(/from=20\d\d-\d\d-01&to=/);
  await page.getByRole("radio", { name: "Any day" }).check();
  await page.waitForURL((url) => url.search === "");
});

test("kinds, cities and prices say how many events there are of each, and filter by it", async () => {
  const city = `City ${word()}`;
  const name = word();
  await listIn(city, `Match of ${name}`, { minorUnits: 1_500n });
  await listIn(city, `Race of ${name}`, { minorUnits: 4_999n });
  await listIn(city, `Play of ${name}`, { category: Category.THEATRE, minorUnits: 15_000n });
  const page = await browser.open(mesh, `/?q=${name}`);
  const events = page.getByRole("region", { name: "Events" }).getByRole("link");
  await page.getByText("3 events", { exact: true }).waitFor();
  await page.getByRole("radio", { name: "Sports 2" }).waitFor();
  await page.getByRole("radio", { name: "Theatre 1" }).waitFor();
  await page.getByRole("radio", { name: "Comedy 0" }).waitFor();
  await inspect(page, "start-facets");
  const inCity = page.getByRole("region", { name: "Cities" }).getByRole("button", { name: `${city} 3` });
  await inCity.click();
  await page.waitForURL(/city=/);
  expect(await inCity.getAttribute("aria-pressed")).toBe("true");
  const prices = page.getByRole("region", { name: "Prices" });
  await prices.getByRole("button", { name: "€20.00 to €49.99 1" }).click();
  await page.getByText("1 event", { exact: true }).waitFor();
  await events.filter({ hasText: `Race of ${name}` }).waitFor();
  // The other bands are counted as before: each facet without its own restriction.
  await prices.getByRole("button", { name: "Up to €19.99 1" }).waitFor();
  await page.getByRole("radio", { name: "Theatre 0" }).waitFor();
  await prices.getByRole("button", { name: "€20.00 to €49.99 1" }).click();
  await page.getByText("3 events", { exact: true }).waitFor();
});

test("a day is that of the venue's calendar: an evening in New York is not the next day's", async () => {
  const seller = await newPerson(mesh, "Sela");
  const name = word();
  const { venue } = await seller.events.proposeVenue({
    ...{ requestId: randomUUID(), name: `Hall of ${name}`, city: "New York" },
    ...{ country: "US", timeZone: "America/New_York" },
  });
  const { event } = await seller.events.proposeEvent({
    ...{ requestId: randomUUID(), title: `Evening of ${name}`, category: Category.CONCERT },
    ...{ venueId: venue?.id ?? "", start: { start: { case: "localTime", value: `${summerDay}T20:00` } } },
  });
  await seller.tickets.createTicket({
    ...{ requestId: randomUUID(), title: "Two rows from the stage", category: Category.CONCERT },
    ...{ eventId: event?.id ?? "", price: { minorUnits: 4_500n, currency: "USD" } },
  });
  const page = await browser.open(mesh, `/?q=${name}&from=${summerDay}&to=${summerDay}`);
  await page
    .getByRole("link", { name: `Evening of ${name}` })
    .getByText("20:00, New York time")
    .waitFor();
  await page.goto(`/?q=${name}&from=${summerDay.replace("-04", "-05")}`);
  await page.getByRole("heading", { name: "Nothing found" }).waitFor();
});
