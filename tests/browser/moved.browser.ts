import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "@jest/globals";
import { demoSignIns } from "@ticketing/launcher/seed";
import type { Event } from "@ticketing/proto/events/v1/event";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { enter, type Person } from "../support/clients.ts";
import { inspect, useBrowser } from "./browser.ts";
import { summerDay } from "./clock.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, lock } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();
const year = summerDay.slice(0, 4);
let operator: Person;

beforeAll(async () => {
  const signIn = demoSignIns.find(({ email }) => email.startsWith("operator"));
  if (!signIn) throw new Error("the demo data has no operator");
  operator = await enter(mesh.addresses.gateway, signIn);
});

/** A ticket for an event in New York at eight in the evening. */
async function listInNewYork(seller: Person): Promise<{ event: Event; ticket: Ticket }> {
  const { venue } = await seller.events.proposeVenue({
    ...{ requestId: randomUUID(), name: `Hall ${randomUUID().slice(0, 8)}`, city: "New York" },
    ...{ country: "US", timeZone: "America/New_York" },
  });
  const { event } = await seller.events.proposeEvent({
    ...{ requestId: randomUUID(), title: `Evening of Moves ${randomUUID().slice(0, 8)}` },
    ...{ category: Category.CONCERT, venueId: venue?.id ?? "" },
    start: { start: { case: "localTime", value: `${summerDay}T20:00` } },
  });
  const { ticket } = await seller.tickets.createTicket({
    ...{ requestId: randomUUID(), title: "Two rows from the stage", category: Category.CONCERT },
    ...{ eventId: event?.id ?? "", price: { minorUnits: 4_500n, currency: "USD" } },
  });
  if (!event || !ticket) throw new Error("nothing was listed");
  return { event, ticket };
}

test("an event is shown by the clock at its venue, and by the own one only to readers elsewhere", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Bo")]);
  const { ticket } = await listInNewYork(seller);
  const page = await browser.open(mesh, `/tickets/${ticket.id}`, { as: buyer });
  await page.getByText(`4 Jul ${year}, 20:00, New York time`).waitFor();
  await page.getByText(/\(\w+,? 01:00 your time\)/).waitFor();
  const there = await browser.open(mesh, `/tickets/${ticket.id}`, { zone: "America/New_York" });
  await there.getByText(`4 Jul ${year}, 20:00, New York time`).waitFor();
  expect(await there.getByText(/\d your time/).count()).toBe(0);

  await inspect(page, "ticket-in-new-york", ["phone"]);
});

test("the buyer of a ticket sees on the order that the event was moved", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Bo")]);
  const { event, ticket } = await listInNewYork(seller);
  const order = await buy(mesh, buyer, ticket);
  const page = await browser.open(mesh, "/orders", { as: buyer });
  await page.getByText(`4 Jul ${year}, 20:00, New York time`).waitFor();
  await operator.events.rescheduleEvent({
    ...{ eventId: event.id, version: event.version, reason: "as the venue says" },
    start: { start: { case: "localTime", value: `${year}-07-11T19:00` } },
  });
  await page.goto(`/orders/${order.id}`);
  await page.getByText("Moved", { exact: true }).waitFor();
  await page.getByText(`11 Jul ${year}, 19:00, New York time`).waitFor();
  await inspect(page, "order-moved", ["phone", "desktop"]);
});

test("who was paying when the event was cancelled is told so, and not sent to its other tickets", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Bo")]);
  const { event, ticket } = await listInNewYork(seller);
  const order = await lock(buyer, ticket);
  const page = await browser.open(mesh, `/checkout/${order.id}`, { as: buyer });
  await page.getByRole("button", { name: /^Pay / }).waitFor();
  await operator.events.cancelEvent({ eventId: event.id, version: event.version, reason: "rain" });
  await page.getByRole("heading", { level: 1, name: "The event was cancelled" }).waitFor();
  await page.getByRole("link", { name: "See what else is on" }).waitFor();
  expect(await page.getByText("there may be others for this event").count()).toBe(0);
  await inspect(page, "checkout-event-cancelled", ["phone", "desktop"]);
  await page.goto("/orders");
  await page.getByText(/Hall \w+, New York/).waitFor();
});

test("who looks at a ticket sees that its event was moved, and then that it is cancelled", async () => {
  const seller = await newPerson(mesh, "Sela");
  const { event, ticket } = await listInNewYork(seller);
  const page = await browser.open(mesh, `/tickets/${ticket.id}`);
  await page.getByRole("button", { name: "Buy for US$45.00" }).waitFor();
  await operator.events.rescheduleEvent({
    ...{ eventId: event.id, version: event.version, reason: "as the venue says" },
    start: { start: { case: "localTime", value: `${year}-07-11T19:00` } },
  });
  // By itself: the page follows the ticket.
  await page.getByText("Moved", { exact: true }).waitFor();
  await page.getByText(`11 Jul ${year}, 19:00, New York time`).waitFor();
  await page.getByText(/It was .*4 Jul 20\d\d, 20:00, New York time/).waitFor();
  await inspect(page, "ticket-moved", ["phone", "desktop"]);

  const { event: moved } = await operator.events.getEvent({ eventId: event.id });
  await operator.events.cancelEvent({ eventId: event.id, version: moved?.version ?? 0n, reason: "rain" });
  await page.getByText("The event is cancelled").waitFor();
  await page.getByText("Cancelled", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: /^Buy/ }).count()).toBe(0);
  await inspect(page, "ticket-cancelled", ["phone"]);
  const own = await browser.open(mesh, `/sell/${ticket.id}`, { as: seller });
  await own.getByText("It does not take place, and your ticket is off sale.").waitFor();
});
