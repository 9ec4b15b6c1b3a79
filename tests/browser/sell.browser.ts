import { describe, expect, test } from "@jest/globals";
import { expectAccessible, inspect, useBrowser } from "./browser.ts";
import { clockTime, summerDay, zoneWhereItIs } from "./clock.ts";
import { beginProposal, fillInOffer, nameEvent, nameVenue } from "./selling.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, list, lock } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();

test("a seller's story: mistakes are explained, the ticket is listed once, found, repriced and withdrawn", async () => {
  const seller = await newPerson(mesh, "Sella");
  const title = `Midsummer of ${seller.userId.slice(-8)}`;
  const page = await browser.open(mesh, "/sell", { as: seller });
  await page.getByRole("heading", { name: "Nothing for sale yet" }).waitFor();
  await inspect(page, "sell-empty", ["phone"]);
  await page.getByRole("main").getByRole("link", { name: "Sell a ticket" }).first().click();
  const submit = page.getByRole("button", { name: "List the ticket" });
  await page.getByLabel("Price").fill("45.005");
  await submit.click();
  await page.getByText("Please enter an amount of at least €0.51: tickets are not sold for less.").waitFor();
  await page.getByText("Please choose the event, or add it.").waitFor();
  expect(await page.evaluate("document.activeElement.name")).toBe("event");
  await inspect(page, "sell-errors", ["phone", "narrow"]);
  const share = (said: string | RegExp) => page.getByRole("status").filter({ hasText: said });
  await page.getByLabel("Price").fill("0.50");
  await share("Tickets are sold for €0.51 or more.").waitFor();
  await page.getByLabel("Currency").selectOption("GBP");
  await share("You get £0.10 after our fee of £0.40.").waitFor();
  await page.getByLabel("Currency").selectOption("EUR");
  await page.getByLabel("Price").fill("45.005");
  await share(/You get|Tickets are sold/).waitFor({ state: "detached" });

  await beginProposal(page, title);
  await inspect(page, "sell-propose-venue", ["phone"]);
  await nameVenue(page, "Old Mill", "Graz");
  await page.getByText("By the clock at the venue: Vienna time.").waitFor();
  await inspect(page, "sell-propose-event", ["phone", "desktop"]);
  await nameEvent(page);
  await page.getByText("The event was added. Your ticket is for it.").first().waitFor();
  expect(await page.getByLabel("Price").inputValue()).toBe("45.005");
  await fillInOffer(page);
  await share("You get €1,111.05 after our fee of €123.45.").waitFor();
  const preview = page.getByRole("region", { name: "As buyers will see it" });
  const shown = await preview.textContent();
  const weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][new Date(summerDay).getUTCDay()];
  for (const part of [
    title,
    `${weekday}, 4 Jul ${summerDay.slice(0, 4)}, 19:30, Vienna time`,
    "Old Mill, Graz",
    "€1,234.50",
    "Sella",
  ]) {
    expect(shown).toContain(part);
  }
  await inspect(page, "sell-filled", ["desktop"]);

  // The first answer is lost on its way, after the ticket was listed.
  let lost = 0;
  await page.route("**/ticketing.tickets.v1.TicketService/CreateTicket", async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch();
    await route.fulfill({
      status: 200,
      headers: { "content-type": "application/grpc-web+proto", "grpc-status": "14" },
    });
  });
  await submit.click();
  await page.getByText("Our servers do not answer right now.").waitFor();
  expect(await page.getByLabel("Price").inputValue()).toBe("1,234.5");
  await page.getByLabel("Price").press("Enter");
  await page.getByText("Your ticket is for sale.").first().waitFor();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  const { tickets } = await seller.tickets.listMyTickets({});
  expect(tickets.map(({ price, event }) => [price?.minorUnits, event?.startTime?.seconds])).toEqual([
    [123_450n, BigInt(Date.parse(`${summerDay}T17:30:00Z`) / 1000)],
  ]);
  const id = tickets[0]?.id ?? "";

  const visitor = await browser.open(mesh, `/?q=${encodeURIComponent(title)}&view=tickets`, {
    size: "phone",
  });
  await visitor.getByRole("link", { name: title }).getByText("€1,234.50").waitFor();
  const save = page.getByRole("button", { name: "Save" });
  expect(await save.getAttribute("aria-disabled")).toBe("true");
  await page.getByLabel("Price").fill("99");
  await share("You get €89.10 after our fee of €9.90.").waitFor();
  await save.click();
  await page.getByText("Saved.").first().waitFor();
  await visitor.getByRole("link", { name: title }).getByText("€99.00").waitFor();
  await inspect(page, "sell-edit", ["desktop", "narrow"]);

  await page.getByRole("button", { name: "Take it off sale" }).click();
  const dialog = page.getByRole("dialog", { name: "Take this ticket off sale?" });
  await dialog.waitFor();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Keep it for sale" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await dialog.waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Nobody can buy this ticket any more.").waitFor();
  await inspect(page, "sell-withdrawn", ["phone"]);
  await visitor.getByText("Off sale").waitFor();
  expect((await seller.tickets.getTicket({ ticketId: id })).ticket?.price?.minorUnits).toBe(9_900n);
  await page.getByRole("link", { name: "List it again" }).click();
  await page.getByRole("heading", { level: 1, name: "Sell a ticket" }).waitFor();
  expect(await page.getByLabel("Price").inputValue()).toBe("99.00");
  await page.getByRole("button", { name: "Another event" }).waitFor();
  await page.getByRole("group", { name: "What is it for?" }).getByText(title).waitFor();
});

describe("a ticket that somebody is paying for", () => {
  test("cannot be changed, says until when, and can again by itself, with what was typed", async () => {
    const [seller, buyer] = await Promise.all([newPerson(mesh, "Selma"), newPerson(mesh, "Bo")]);
    const ticket = await list(seller, "Evening of Strings");
    const page = await browser.open(mesh, `/sell/${ticket.id}`, {
      size: "phone",
      scheme: "dark",
      as: seller,
    });
    const price = page.getByLabel("Price");
    await price.fill("51");
    const order = await lock(buyer, ticket);
    await page.getByText("Somebody is paying for this ticket", { exact: true }).waitFor();
    expect(await price.isVisible()).toBe(false);
    await page.getByText("You get €40.50 after our fee of €4.50.").filter({ visible: true }).waitFor();
    expect(await page.getByRole("button", { name: "Take it off sale" }).count()).toBe(0);
    expect(await page.getByRole("timer").textContent()).toMatch(/^1[45]:\d\d$/);
    const until = `You can change nothing until ${clockTime(order.expireTime)}`;
    expect(await page.getByRole("main").textContent()).toContain(until);
    for (const hour of [4, 16]) {
      const zone = zoneWhereItIs(hour);
      const there = await browser.open(mesh, `/sell/${ticket.id}`, { zone, as: seller });
      await there.getByText(`You can change nothing until ${clockTime(order.expireTime, zone)}`).waitFor();
    }
    await inspect(page, "sell-locked", ["phone", "narrow"]);
    const listings = await page.context().newPage();
    await listings.goto("/sell");
    await listings.getByRole("region", { name: "Your tickets" }).getByRole("timer").waitFor();
    await listings.getByText("Being bought", { exact: true }).waitFor();
    await inspect(listings, "listings-locked");

    await buyer.orders.cancelOrder({ orderId: order.id });
    await price.waitFor();
    expect(await price.inputValue()).toBe("51");
    await listings.getByText("Available", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").first().waitFor();
    expect((await seller.tickets.getTicket({ ticketId: ticket.id })).ticket?.price?.minorUnits).toBe(5_100n);
  });

  test("refuses a change that is sent before the page knows, with the reason", async () => {
    const [seller, buyer] = await Promise.all([newPerson(mesh, "Selma"), newPerson(mesh, "Bo")]);
    const ticket = await list(seller, "Evening of Strings");
    const page = await browser.open(mesh, "/account", { as: seller });
    // The page hears nothing: neither its stream nor what it reads again tells of the lock.
    await page.route(/WatchTickets/, () => {});
    await page.goto(`/sell/${ticket.id}`);
    await page.getByLabel("Price").fill("51");
    await page.route(/GetTicket/, () => {});
    const order = await lock(buyer, ticket);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(`It is held for them until ${clockTime(order.expireTime)}.`).waitFor();
    expect(await page.getByLabel("Price").inputValue()).toBe("51");
    await expectAccessible(page);
  });
});

test("a change made in another window is shown, and nothing that was typed is lost", async () => {
  const seller = await newPerson(mesh, "Stella");
  const ticket = await list(seller, "Evening of Strings");
  const page = await browser.open(mesh, `/sell/${ticket.id}`, { as: seller });
  await page.getByLabel("Price").fill("48");
  const other = await page.context().newPage();
  await other.goto(`/sell/${ticket.id}`);
  await other.getByLabel("Price").fill("52");
  await other.getByLabel("Row").fill("C");
  await other.getByRole("button", { name: "Save" }).click();
  await other.getByText("Saved.").first().waitFor();

  const notice = page.getByRole("alert").filter({ hasText: "Changed in another window" });
  await notice.waitFor();
  expect(await notice.getByRole("listitem").allTextContents()).toEqual([
    "Price: €52.00. Your text is kept, and is saved when you save.",
    "Row: C. The form shows it now.",
  ]);
  expect(await page.getByLabel("Price").inputValue()).toBe("48");
  expect(await page.getByLabel("Row").inputValue()).toBe("C");
  await inspect(page, "sell-stale", ["phone"]);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  const { ticket: saved } = await seller.tickets.getTicket({ ticketId: ticket.id });
  expect([saved?.price?.minorUnits, saved?.seat?.row]).toEqual([4_800n, "C"]);
  expect(await notice.count()).toBe(0);
});

test("a change over a version that is gone is refused, and the newer state is shown beside what was typed", async () => {
  const seller = await newPerson(mesh, "Silke");
  const ticket = await list(seller, "Evening of Strings");
  const page = await browser.open(mesh, "/account", { as: seller });
  // Without its stream the page learns of the newer version only by being refused.
  await page.route(/WatchTickets/, () => {});
  await page.goto(`/sell/${ticket.id}`);
  await page.getByLabel("Price").fill("48");
  await seller.tickets.updateTicket({
    ticketId: ticket.id,
    version: ticket.version,
    price: { minorUnits: 5_200n, currency: "EUR" },
  });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Look at it again before you save.").waitFor();
  await page.getByText("Price: €52.00.").waitFor();
  expect(await page.getByLabel("Price").inputValue()).toBe("48");
  await page.getByRole("button", { name: "Use the newer values" }).click();
  expect(await page.getByLabel("Price").inputValue()).toBe("52.00");
});

test("a sold ticket says what the buyer paid; another's cannot be changed", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Sina"), newPerson(mesh, "Bo")]);
  const ticket = await list(seller, "Evening of Strings");
  const page = await browser.open(mesh, `/sell/${ticket.id}`, { as: seller });
  await page.getByLabel("Price").waitFor();
  await buy(mesh, buyer, ticket);
  await page.getByText("The buyer paid €45.00.").waitFor();
  expect(await page.getByRole("button", { name: "Save" }).count()).toBe(0);
  await inspect(page, "sell-sold", ["phone"]);
  const other = await browser.open(mesh, `/sell/${ticket.id}`, { as: buyer });
  await other.getByRole("heading", { name: "Not your ticket" }).waitFor();
  await expectAccessible(other);
});
