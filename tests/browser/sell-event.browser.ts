import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../support/clients.ts";
import { expectAccessible, inspect, useBrowser } from "./browser.ts";
import { summerDay } from "./clock.ts";
import { beginProposal, fillInOffer, nameEvent, nameVenue } from "./selling.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { untilSuggested } from "./suggested.ts";

const browser = useBrowser();
const mesh = sharedMesh();
const word = () => randomUUID().replace(/[-0-9]/g, "");

async function propose(person: Person, title: string, venue: string, city = "Graz") {
  const proposed = await person.events.proposeVenue({ requestId: randomUUID(), name: venue, city });
  const { event } = await person.events.proposeEvent({
    ...{ requestId: randomUUID(), title, category: Category.THEATRE, venueId: proposed.venue?.id ?? "" },
    start: { start: { case: "localTime", value: `${summerDay}T19:30` } },
  });
  if (!event) throw new Error("no event was proposed");
  await untilSuggested(person, event);
  return event;
}

test("a seller finds the event while typing, by keyboard alone, and lists the ticket for it", async () => {
  const seller = await newPerson(mesh, "Sella");
  const event = await propose(seller, `Hamlet ${word()}`, `Globe ${word()}`);
  const page = await browser.open(mesh, "/sell/new", { as: seller });
  const field = page.getByRole("combobox", { name: "Event" });
  // One letter is wrong.
  await field.pressSequentially(event.title.replace("Hamlet", "Hemlet"));
  const option = page.getByRole("option", { name: event.title });
  await option.filter({ hasText: "Vienna time" }).waitFor();
  await inspect(page, "sell-suggestions", ["phone", "desktop"]);
  await field.press("ArrowDown");
  expect(await option.getAttribute("aria-selected")).toBe("true");
  expect(await field.getAttribute("aria-activedescendant")).toBe(await option.getAttribute("id"));
  await field.press("Escape");
  expect(await field.getAttribute("aria-expanded")).toBe("false");
  await field.press("ArrowDown");
  await field.press("Enter");
  await page.getByRole("button", { name: "Another event" }).waitFor();
  await fillInOffer(page);
  await expectAccessible(page);
  await page.getByRole("button", { name: "List the ticket" }).click();
  await page.getByRole("heading", { level: 1, name: event.title }).waitFor();
  const { tickets } = await seller.tickets.listMyTickets({});
  expect(tickets.map((ticket) => [ticket.event?.eventId, ticket.category])).toEqual([
    [event.id, Category.THEATRE],
  ]);
});

test("what is known under a similar name is shown first: the seller takes it, or says that theirs is another", async () => {
  const seller = await newPerson(mesh, "Sella");
  const name = word();
  const known = await propose(seller, `Festival of ${name}`, `Hall of ${name}`);
  const page = await browser.open(mesh, "/sell/new", { size: "phone", as: seller });
  await beginProposal(page, `Festival of ${name} again`);
  await page.getByLabel("Venue").fill(`The Hall of ${name}`);
  await page.getByLabel("City").fill("Graz");
  await page.getByLabel("City").press("Enter");
  await page.getByText("This venue may be known already").waitFor();
  await page.getByText(`Hall of ${name}`, { exact: true }).waitFor();
  await inspect(page, "sell-similar-venue", ["phone"]);
  await page.getByRole("button", { name: "It is this one" }).click();
  await page.getByText(`At Hall of ${name}, Graz.`).waitFor();
  await page.getByLabel("Event", { exact: true }).fill(`The Festival of ${name}`);
  await nameEvent(page);
  await page.getByText("This event may be known already").waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "It is this one" }).click();
  await page
    .getByRole("group", { name: "What is it for?" })
    .getByText(known.title, { exact: true })
    .waitFor();

  await page.getByRole("button", { name: "Another event" }).click();
  await beginProposal(page, `The Festival of ${name}`);
  await nameVenue(page, known.venue?.name ?? "", "Graz");
  await nameEvent(page);
  await page.getByText("This event may be known already").waitFor();
  await page.getByRole("button", { name: "No, it is another" }).click();
  const chosen = page.getByRole("group", { name: "What is it for?" });
  await chosen.getByText(`The Festival of ${name}`, { exact: true }).waitFor();
});

test("country and time zone are asked for only where the city leaves them open, and a time that is skipped is", async () => {
  const seller = await newPerson(mesh, "Sella");
  const name = word();
  const page = await browser.open(mesh, "/sell/new", { size: "phone", scheme: "dark", as: seller });
  await beginProposal(page, `Evening of ${name}`);
  await page.getByLabel("Venue").fill(`Barn of ${name}`);
  await page.getByLabel("City").fill(`Little ${name}`);
  expect(await page.getByLabel("Country").count()).toBe(0);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("We do not know this city").waitFor();
  await page.getByLabel("Country").selectOption({ label: "United States" });
  await page.getByLabel("Time zone").selectOption({ label: "New York time" });
  await inspect(page, "sell-unknown-city", ["phone"]);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("By the clock at the venue: New York time.").waitFor();
  await nameEvent(page, "2030-03-10T02:30");
  await page.getByText("This time does not exist there").waitFor();
  await page.getByLabel("Sun, 10 Mar 2030, 03:30, New York time").check();
  await inspect(page, "sell-skipped-time", ["phone"]);
  await page.getByRole("button", { name: "Add the event" }).click();
  const chosen = page.getByRole("group", { name: "What is it for?" });
  await chosen.getByText(/10 Mar 2030, 03:30, New York time/).waitFor();
  await chosen.getByText("07:30 your time").waitFor();
});
