import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "@jest/globals";
import { png } from "@ticketing/deliveries/testing/files";
import type { Venue } from "@ticketing/proto/events/v1/venue";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Page } from "playwright-core";
import type { Person } from "../support/clients.ts";
import { attachFile } from "../support/files.ts";
import { everySize, inspect, useBrowser } from "./browser.ts";
import { clockTime } from "./clock.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { untilSuggested } from "./suggested.ts";
import { list, lock } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();
const START = timestampFromDate(new Date(Date.now() + 40 * 24 * 3_600_000));

/** Lists a ticket for the 40th day from now, and gives its id. */
async function listIn(seller: Person, title: string, section: string, minorUnits: number): Promise<string> {
  const { ticket } = await seller.tickets.createTicket({
    ...{ requestId: randomUUID(), title: "Two rows from the stage", category: Category.CONCERT },
    event: { title, venue: "Old Mill", city: "Graz", startTime: START },
    seat: { section, row: "B", number: "7" },
    price: { minorUnits: BigInt(minorUnits), currency: "EUR" },
  });
  return ticket?.id ?? "";
}

async function proposeVenue(seller: Person): Promise<Venue> {
  const { venue } = await seller.events.proposeVenue({
    requestId: randomUUID(),
    name: "Old Mill",
    city: "Graz",
  });
  if (!venue) throw new Error("no venue was proposed");
  return venue;
}

async function openEvent(page: Page, title: string): Promise<void> {
  await page.goto(`/?q=${encodeURIComponent(title)}`);
  await page.getByRole("link", { name: title }).first().click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

const rows = (page: Page) => page.getByRole("region", { name: "Tickets" }).getByRole("link");

test("the page of an event shows its prices and sections, and the tickets of one price band alone", async () => {
  const seller = await newPerson(mesh, "Sela");
  const title = `Evening of Bars ${randomUUID().slice(0, 8)}`;
  const prices = [2_000, 2_100, 2_200, 4_000, 4_100, 6_500, 9_000];
  for (const [index, price] of prices.entries()) {
    await listIn(seller, title, index % 2 ? "Balcony" : "Stalls", price);
  }
  await listIn(seller, title, "", 9_900);
  const page = await browser.open(mesh);
  await openEvent(page, title);
  await page.getByText("8 tickets", { exact: true }).waitFor();
  const sections = page.getByRole("region", { name: "Sections" }).getByRole("listitem");
  expect(await sections.allTextContents()).toEqual([
    "Without a section1 ticketfrom €99.00",
    "Balcony3 ticketsfrom €21.00",
    "Stalls4 ticketsfrom €20.00",
  ]);
  await inspect(page, "event-prices", [...everySize, "wide"]);
  const bars = page.getByRole("region", { name: "Prices" }).getByRole("button");
  const last = bars.last();
  expect(await last.getAttribute("aria-label")).toMatch(/1 ticket$/);
  await last.click();
  await page.getByText("1 ticket", { exact: true }).first().waitFor();
  await rows(page).getByText("€99.00").waitFor();
  expect(await rows(page).count()).toBe(1);
  expect(await last.getAttribute("aria-pressed")).toBe("true");
  await inspect(page, "event-band", ["phone"]);
  await page.getByRole("button", { name: "Show every price" }).click();
  await page.getByText("8 tickets", { exact: true }).waitFor();
});

test("the page of an event, and the search, show instant tickets alone where one asks for them", async () => {
  const seller = await newPerson(mesh, "Sela");
  const title = `Evening of Now ${randomUUID().slice(0, 8)}`;
  await listIn(seller, title, "Stalls", 2_000);
  await attachFile(seller, await listIn(seller, title, "Stalls", 3_000), png());
  const page = await browser.open(mesh, `/?view=tickets&q=${encodeURIComponent(title)}`, { size: "phone" });
  await rows(page).nth(1).waitFor();
  await page.getByText("Filters", { exact: true }).click();
  await page.getByLabel("Instant tickets only").check();
  await page.waitForURL("**instant=yes**");
  await page.getByText("1 ticket", { exact: true }).waitFor();
  await rows(page).getByText("Instant ticket", { exact: true }).waitFor();
  await inspect(page, "browse-instant", ["phone"]);
  await page.getByRole("radio", { name: "Events" }).check();
  await page.getByRole("link", { name: title }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByText("1 ticket", { exact: true }).first().waitFor();
  await rows(page).getByText("€30.00").waitFor();
  await inspect(page, "event-instant", everySize);
  await page.getByLabel("Instant tickets only").uncheck();
  await page.getByText("2 tickets", { exact: true }).first().waitFor();
});

test("an event that nobody sells tickets for has a page, and an address without an event says so", async () => {
  const seller = await newPerson(mesh, "Sela");
  const title = `Evening of Silence ${randomUUID().slice(0, 8)}`;
  const { event } = await seller.events.proposeEvent({
    ...{ requestId: randomUUID(), title, category: Category.CONCERT },
    venueId: (await proposeVenue(seller)).id,
    start: { start: { case: "time", value: START } },
  });
  if (!event) throw new Error("no event was proposed");
  await untilSuggested(seller, event);
  const page = await browser.open(mesh, `/events/${event.id}`);
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByText("Nobody sells one at the moment.").waitFor();
  await inspect(page, "event-no-tickets", ["phone"]);
  await seller.tickets.createTicket({
    ...{ requestId: randomUUID(), title: "Two rows from the stage", category: Category.CONCERT },
    ...{ eventId: event.id, price: { minorUnits: 4_500n, currency: "EUR" } },
  });
  await rows(page).first().waitFor({ timeout: 40_000 });
  await page.goto(`/events/${randomUUID()}`);
  await page.getByRole("heading", { level: 1, name: "Event not found" }).waitFor();
  await inspect(page, "event-unknown", ["phone"]);
});

test("of an event whose tickets are all held, list and page say when the first may be free", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Bo")]);
  const title = `Evening of Waiting ${randomUUID().slice(0, 8)}`;
  const order = await lock(buyer, await list(seller, title));
  const page = await browser.open(mesh, `/?q=${encodeURIComponent(title)}`, { size: "phone" });
  const free = `The first may be free at ${clockTime(order.expireTime)}.`;
  await page.getByRole("link", { name: title }).getByText(free).waitFor();
  await inspect(page, "event-all-held-card", ["phone"]);
  await openEvent(page, title);
  await page.getByText(free).waitFor();
  await inspect(page, "event-all-held", ["phone", "desktop"]);
});
