import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { expectAccessible, screenshot, signIn, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";

const browser = useBrowser();
const mesh = sharedMesh();
let seller: Awaited<ReturnType<typeof newPerson>>;

beforeAll(async () => {
  seller = await newPerson(mesh, "Sela");
});

async function list(minorUnits: number): Promise<Ticket> {
  const { ticket } = await seller.tickets.createTicket({
    requestId: randomUUID(),
    title: "Two rows from the stage",
    category: Category.CONCERT,
    event: {
      title: "Evening of Strings",
      venue: "Old Mill",
      city: "Graz",
      startTime: timestampFromDate(new Date(Date.now() + 20 * 24 * 3_600_000)),
    },
    seat: { section: "Stalls", row: "B", number: "7" },
    price: { minorUnits: BigInt(minorUnits), currency: "EUR" },
  });
  if (!ticket) throw new Error("a listing answers with its ticket");
  return ticket;
}

async function setPrice(ticket: Ticket, minorUnits: number): Promise<void> {
  const price = { minorUnits: BigInt(minorUnits), currency: "EUR" };
  await seller.tickets.updateTicket({ ticketId: ticket.id, version: ticket.version, price });
}

describe("a ticket that somebody else holds", () => {
  test("says until when, counts down, and can be bought again the moment it is free", async () => {
    const [ticket, rival] = [await list(4_500), await newPerson(mesh, "Rita")];
    const page = await browser.open(mesh, `/tickets/${ticket.id}`, { size: "phone", scheme: "dark" });
    const buy = page.getByRole("button", { name: "Buy for €45.00" });
    await buy.waitFor();
    const { order } = await rival.orders.createOrder({
      requestId: randomUUID(),
      ticketId: ticket.id,
      expectedPrice: { minorUnits: 4_500n, currency: "EUR" },
    });
    await page.getByText("Somebody is buying this ticket", { exact: true }).waitFor();
    expect(await page.getByRole("timer").textContent()).toMatch(/^1[45]:\d\d$/);
    expect(await buy.count()).toBe(0);
    await screenshot(page, "ticket-locked-phone-dark");
    await expectAccessible(page);
    await rival.orders.cancelOrder({ orderId: order?.id ?? "" });
    await buy.waitFor();
  });
});

describe("a price that changes under the buyer", () => {
  test("is shown and asked about; nothing is bought until the buyer agrees", async () => {
    const [ticket, buyer] = [await list(4_500), await newPerson(mesh, "Bea")];
    const page = await browser.open(mesh, `/sign-in?from=/tickets/${ticket.id}`);
    await signIn(page, buyer.signIn);
    await page.getByRole("button", { name: "Buy for €45.00" }).waitFor();
    await setPrice(ticket, 5_200);
    await page.getByRole("button", { name: "Buy for €52.00" }).click();
    const dialog = page.getByRole("dialog", { name: "The price has changed" });
    expect(await dialog.textContent()).toContain(
      "It was €45.00 when you opened this page. It is €52.00 now.",
    );
    await screenshot(page, "price-changed-desktop");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Not now" }).click();
    expect((await buyer.orders.listMyOrders({})).orders).toEqual([]);

    await page.getByRole("button", { name: "Buy for €52.00" }).click();
    await dialog.getByRole("button", { name: "Buy for €52.00" }).click();
    await page.waitForURL("**/checkout/*");
    const { orders } = await buyer.orders.listMyOrders({});
    expect(orders.map(({ price }) => price?.minorUnits)).toEqual([5_200n]);
  });
});

test("a ticket that nobody bought is not for sale once its event begins, and its seller can clear it", async () => {
  const ticket = await list(4_500);
  const page = await browser.open(mesh, `/tickets/${ticket.id}`);
  const buy = page.getByRole("button", { name: "Buy for €45.00" });
  await buy.waitFor();
  const startTime = timestampFromDate(new Date(Date.now() + 15_000));
  await seller.tickets.updateTicket({
    ticketId: ticket.id,
    version: ticket.version,
    event: { title: "Evening of Strings", venue: "Old Mill", city: "Graz", startTime },
  });
  await page.getByText("nobody bought this one").waitFor();
  expect(await buy.count()).toBe(0);
  await expectAccessible(page);

  const own = await browser.open(mesh, "/sign-in?from=/sell");
  await signIn(own, seller.signIn);
  await own.getByText("Event began", { exact: true }).waitFor();
  await own.goto(`/sell/${ticket.id}`);
  await own.getByText("If it is for another event, choose that one").waitFor();
  await own.getByRole("button", { name: "Take it off sale" }).click();
  await own.getByRole("dialog").getByRole("button", { name: "Take it off sale" }).click();
  await own.getByText("Nobody can buy this ticket any more.").waitFor();
}, 120_000);

test("a seller is told that it is their own ticket", async () => {
  const ticket = await list(4_500);
  const page = await browser.open(mesh, `/sign-in?from=/tickets/${ticket.id}`);
  await signIn(page, seller.signIn);
  await page.getByText("This is your ticket").waitFor();
  expect(await page.getByRole("button", { name: /^Buy/ }).count()).toBe(0);
});

test("an address without a ticket says so", async () => {
  const page = await browser.open(mesh, `/tickets/${randomUUID()}`);
  await page.getByRole("heading", { name: "Ticket not found" }).waitFor();
});
