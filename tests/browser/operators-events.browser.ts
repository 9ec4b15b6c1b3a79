import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { demoSignIns } from "@ticketing/launcher/seed";
import { type Event, EventStatus } from "@ticketing/proto/events/v1/event";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Page } from "playwright-core";
import type { Person } from "../support/clients.ts";
import { expectAccessible, inspect, type OpenOptions, useBrowser } from "./browser.ts";
import { summerDay } from "./clock.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { untilSuggested } from "./suggested.ts";
import { buy, lock } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();

async function openEvents(options: OpenOptions = {}): Promise<Page> {
  const operator = demoSignIns.find(({ email }) => email.startsWith("operator"));
  if (!operator) throw new Error("the demo data has no operator");
  const page = await browser.open(mesh, "/operations", { ...options, as: { signIn: operator } });
  await page.getByRole("link", { name: "Events", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
  return page;
}

/** An event in New York, on a venue of its own. */
async function propose(person: Person, title: string, venueId?: string): Promise<Event> {
  const id = venueId ?? (await proposeVenue(person));
  const { event } = await person.events.proposeEvent({
    ...{ requestId: randomUUID(), title, category: Category.CONCERT, venueId: id },
    start: { start: { case: "localTime", value: `${summerDay}T20:00` } },
  });
  if (!event) throw new Error("no event was proposed");
  return event;
}

async function proposeVenue(person: Person): Promise<string> {
  const { venue } = await person.events.proposeVenue({
    ...{ requestId: randomUUID(), name: `Hall ${randomUUID()}`, city: "New York" },
    ...{ country: "US", timeZone: "America/New_York" },
  });
  return venue?.id ?? "";
}

/** A ticket for an event. */
async function listFor(seller: Person, event: Event): Promise<Ticket | undefined> {
  const { ticket } = await seller.tickets.createTicket({
    ...{ requestId: randomUUID(), title: "Two rows from the stage", category: Category.CONCERT },
    ...{ eventId: event.id, price: { minorUnits: 4_500n, currency: "USD" } },
  });
  return ticket;
}

async function find(page: Page, field: string, event: Event, typed = event.id): Promise<void> {
  await page.getByRole("combobox", { name: field }).fill(typed);
  await page.getByRole("option", { name: event.title }).click();
}

test("an operator moves an event by the clock at its venue, and is asked where that shows a time twice", async () => {
  const person = await newPerson(mesh, "Petra");
  const event = await propose(person, `Evening of Clocks ${randomUUID().slice(0, 8)}`);
  const page = await openEvents();
  await inspect(page, "operators-events-empty", ["phone"]);
  await page.getByRole("combobox", { name: "Find an event" }).fill(event.id);
  await page.getByRole("option", { name: event.title }).waitFor();
  await inspect(page, "operators-events-found", ["phone"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: event.title }).waitFor();
  await page.getByText(/4 Jul 20\d\d, 20:00, New York time \(\w+,? 01:00 your time\)/).waitFor();
  await inspect(page, "operators-event");

  const field = page.getByLabel("New day and time");
  const move = page.getByRole("button", { name: "Move it" });
  expect(await field.inputValue()).toBe(`${summerDay}T20:00`);
  await move.click();
  await page.getByText("Please say why").waitFor();
  await page.getByLabel("Reason").fill("as the venue says");
  await field.fill("2030-03-10T02:30");
  await move.click();
  await page.getByText("This time does not exist there").waitFor();
  expect(await page.getByRole("radio").count()).toBe(2);
  await page.getByLabel("Sun, 10 Mar 2030, 01:30, New York time").waitFor();

  await field.fill("2030-11-03T01:30");
  await move.click();
  await page.getByText("This time comes twice there").waitFor();
  await inspect(page, "operators-event-twice", ["phone", "desktop"]);
  await page.getByLabel("Sun, 3 Nov 2030, 01:30 (GMT-5), New York time").check();
  await move.click();
  await page.getByText("The event was moved.").first().waitFor();
  await page.getByText("Moved", { exact: true }).waitFor();
  await page.goto(`/operations/log?about=${event.id}`);
  const act = page.getByRole("listitem").filter({ hasText: "Event moved" });
  await act.getByText("as the venue says").waitFor();
  const { event: moved } = await person.events.getEvent({ eventId: event.id });
  expect([moved?.status, Number(moved?.startTime?.seconds) * 1000]).toEqual([
    EventStatus.RESCHEDULED,
    Date.parse("2030-11-03T06:30:00Z"),
  ]);
});

test("what somebody else changed meanwhile is shown, and the next attempt goes through", async () => {
  const person = await newPerson(mesh, "Petra");
  const event = await propose(person, `Evening of Changes ${randomUUID().slice(0, 8)}`);
  const [page, other] = await Promise.all([openEvents(), openEvents({ size: "phone" })]);
  for (const each of [page, other]) await find(each, "Find an event", event);
  for (const each of [page, other]) await each.getByLabel("Reason").fill("as the venue says");
  await page.getByLabel("New day and time").fill("2031-05-01T19:00");
  await page.getByRole("button", { name: "Move it" }).click();
  await page.getByText("The event was moved.").first().waitFor();
  const field = other.getByLabel("New day and time");
  await field.fill("2031-06-01T19:00");
  await other.getByRole("button", { name: "Move it" }).click();
  await other.getByText("Changed in the meantime").waitFor();
  await other.getByText(/1 May 2031, 19:00, New York time/).waitFor();
  expect(await field.inputValue()).toBe("2031-06-01T19:00");
  await other.getByRole("button", { name: "Move it" }).click();
  await other.getByText(/1 Jun 2031, 19:00, New York time/).waitFor();
});

test("two entries for one event are put side by side and merged", async () => {
  const person = await newPerson(mesh, "Petra");
  const venueId = await proposeVenue(person);
  const word = randomUUID().slice(0, 8);
  const first = await propose(person, `Night of Lights ${word}`, venueId);
  const second = await propose(person, `Grand Gala ${word}`, venueId);
  await Promise.all([first, second].map((event) => untilSuggested(person, event)));
  const page = await openEvents();
  await find(page, "Find an event", second, `grand gala ${word}`);
  await find(page, "Find the other event", first, first.title);
  const stays = page.getByRole("region", { name: "This entry stays" });
  await stays.getByText(first.title).waitFor();
  await page.getByRole("button", { name: "Swap the two" }).click();
  await stays.getByText(second.title).waitFor();
  await page.getByRole("button", { name: "Swap the two" }).click();
  await stays.getByText(first.title).waitFor();
  await inspect(page, "operators-events-merge", ["phone", "desktop"]);
  await page.getByRole("button", { name: "Merge the two" }).click();
  const dialog = page.getByRole("dialog", { name: "Merge these two events?" });
  await dialog.getByText(`“${second.title}” becomes “${first.title}”.`).waitFor();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Merge the two" }).click();
  await dialog.getByText("Please say why").waitFor();
  await dialog.getByLabel("Reason").fill("the same evening");
  await dialog.getByRole("button", { name: "Merge the two" }).click();
  await page.getByText("The two events are one now.").first().waitFor();
  await page.getByText("Also known as").waitFor();
  await page.getByText(second.title).waitFor();
  expect((await person.events.getEvent({ eventId: second.id })).event?.id).toBe(first.id);
  await find(page, "Find an event", { ...second, title: first.title });
  await page.getByRole("heading", { level: 2, name: first.title }).waitFor();
});

test("an event is cancelled only after the operator was told what follows", async () => {
  const person = await newPerson(mesh, "Petra");
  const event = await propose(person, `Evening of Rain ${randomUUID().slice(0, 8)}`);
  const page = await openEvents({ size: "phone", scheme: "dark" });
  await find(page, "Find an event", event);
  await page.getByRole("button", { name: "Cancel the event" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this event for good?" });
  await dialog.getByText("Everybody who paid gets the money back").waitFor();
  await inspect(page, "operators-event-cancel", ["phone"]);
  await dialog.getByRole("button", { name: "Keep the event" }).click();
  expect((await person.events.getEvent({ eventId: event.id })).event?.status).toBe(EventStatus.SCHEDULED);
  await page.getByRole("button", { name: "Cancel the event" }).click();
  await dialog.getByRole("button", { name: "Cancel the event" }).click();
  await dialog.getByText("Please say why").waitFor();
  await dialog.getByLabel("Reason").fill("rain");
  await dialog.getByRole("button", { name: "Cancel the event" }).click();
  await page.getByText("The event is cancelled.").first().waitFor();
  await page.getByText("Cancelled", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "Move it" }).count()).toBe(0);
  expect((await person.events.getEvent({ eventId: event.id })).event?.status).toBe(EventStatus.CANCELLED);
});

test("an operator sees which orders a cancellation ends, and when the last of them has ended", async () => {
  const [seller, buyer, other] = await Promise.all(
    ["Petra", "Bo", "Olga"].map((name) => newPerson(mesh, name)),
  );
  if (!seller || !buyer || !other) throw new Error("somebody is missing");
  const event = await propose(seller, `Evening of Storms ${randomUUID().slice(0, 8)}`);
  const [first, second] = await Promise.all([1, 2].map(() => listFor(seller, event)));
  if (!first || !second) throw new Error("nothing was listed");
  await buy(mesh, buyer, first);
  await lock(other, second);
  const page = await openEvents();
  await find(page, "Find an event", event);
  const orders = page.getByRole("region", { name: "Orders for this event" });
  await orders.getByText("Paid", { exact: true }).waitFor();
  expect(await orders.locator("dl > div").allTextContents()).toEqual([
    "Waiting for payment1",
    "Paid1",
    "Ended0",
  ]);
  await page.getByRole("button", { name: "Cancel the event" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this event for good?" });
  await dialog.getByText("Orders that wait for payment are cancelled (1 order now).").waitFor();
  await dialog.getByText("Everybody who paid gets the money back (1 order now).").waitFor();
  await dialog.getByLabel("Reason").fill("a storm");
  await dialog.getByRole("button", { name: "Cancel the event" }).click();
  await orders.getByText("No order is left to cancel or to refund.").waitFor();
  expect(await orders.getByRole("progressbar").getAttribute("value")).toBe("2");
  expect(await orders.locator("dl > div").allTextContents()).toEqual([
    "Waiting for payment0",
    "Paid0",
    "Ended2",
  ]);
  // Nothing that is refused of a cancelled event is offered.
  expect(await page.getByRole("combobox", { name: "Find the other event" }).count()).toBe(0);
  await inspect(page, "operators-event-cancelled");
});

test("others are told kindly that the page is for operators, and an unknown id is refused with the reason", async () => {
  const other = await browser.open(mesh, "/operations/events", { as: await newPerson(mesh, "Otto") });
  await other.getByRole("heading", { level: 1, name: "This page is for operators" }).waitFor();
  const page = await openEvents();
  await page.getByRole("combobox", { name: "Find an event" }).fill(randomUUID());
  await page.getByText("No such event").waitFor();
  await expectAccessible(page);
  await page.getByRole("combobox", { name: "Find an event" }).fill("xyzzyqwv plughvst");
  await page.getByText("No event that lies ahead fits this.").waitFor();
});
