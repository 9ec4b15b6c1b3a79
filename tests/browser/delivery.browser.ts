import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "@jest/globals";
import { png } from "@ticketing/deliveries/testing/files";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { deliverFile } from "../support/files.ts";
import { deliverWithRetries, retry } from "../support/stories.ts";
import { inspect, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, list } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();
let seller: Awaited<ReturnType<typeof newPerson>>;

beforeAll(async () => {
  seller = await newPerson(mesh, "Sela");
});

test("a seller delivers by a link; the buyer opens it after a question, and says that it has arrived", async () => {
  const buyer = await newPerson(mesh, "Bea");
  const order = await buy(mesh, buyer, await list(seller, "Evening of Strings"));
  const theirs = await browser.open(mesh, `/orders/${order.id}`, { as: seller });
  await theirs.getByText(/^Deliver the ticket by /).waitFor();
  await inspect(theirs, "delivery-due-seller", ["phone", "desktop"]);
  const page = await browser.open(mesh, `/orders/${order.id}`, { size: "phone", as: buyer });
  await page.getByText(/^The seller has to deliver the ticket by /).waitFor();

  const sales = await browser.open(mesh, "/sales", { size: "phone", as: seller });
  await sales.getByText("Tickets to deliver").waitFor();
  await inspect(sales, "sales-to-deliver", ["phone"]);
  await sales.getByRole("listitem").filter({ hasText: ": by " }).getByRole("link").click();
  await sales.waitForURL(`**/orders/${order.id}`);

  await theirs.getByRole("button", { name: "Deliver", exact: true }).click();
  await theirs.getByText("Please fill this in.").waitFor();
  await theirs.getByLabel("Link to the ticket").fill("http://tickets.example/1");
  await theirs.getByRole("button", { name: "Deliver", exact: true }).click();
  await theirs.getByText("This link cannot be used").waitFor();
  await theirs.getByLabel("Link to the ticket").fill("https://tickets.example/pass/1");
  await theirs.getByRole("button", { name: "Deliver", exact: true }).click();
  await theirs.getByText("You have delivered the ticket").waitFor();
  expect(await theirs.content()).not.toContain("tickets.example/pass");

  await page.getByRole("button", { name: "Open the ticket" }).click();
  const question = page.getByRole("dialog", { name: "Open the ticket?" });
  await question.waitFor();
  await inspect(page, "delivery-open-question", ["narrow"]);
  expect(await page.content()).not.toContain("tickets.example");
  await question.getByRole("button", { name: "Open it" }).click();
  const link = page.getByRole("link", { name: "Go to the ticket" });
  await link.waitFor();
  expect(await link.getAttribute("href")).toBe("https://tickets.example/pass/1");
  expect(await link.getAttribute("rel")).toBe("noopener noreferrer");
  await page.getByText("You opened the ticket, so it cannot be given back without a reason.").waitFor();
  expect(await page.getByRole("button", { name: "Get a refund" }).count()).toBe(0);
  await inspect(page, "delivery-opened", ["phone"]);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Add to calendar" }).click();
  const calendar = await readFile(await (await saved).path(), "utf8");
  expect(calendar).toContain("DTSTART;TZID=Europe/Vienna:");
  expect(calendar).toContain("SUMMARY:Evening of Strings\r\n");
  await theirs.getByText("Opened once:").waitFor();

  await page.getByRole("button", { name: "The ticket has arrived" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "It has arrived" }).click();
  await page.getByText("You said that the ticket has arrived.").waitFor();
  await theirs.getByText("The buyer says that the ticket has arrived.").waitFor();
  const { delivery } = await buyer.deliveries.getDelivery({ orderId: order.id });
  expect(delivery?.status).toBe(DeliveryStatus.CONFIRMED);
});

test("a transfer is told in the seller's words, as text, and again without a question", async () => {
  const buyer = await newPerson(mesh, "Ben");
  const order = await buy(mesh, buyer, await list(seller, "Night of Drums"));
  const words = "In the Arena app, to <b>Ben</b>";
  await retry(() => buyer.deliveries.getDelivery({ orderId: order.id }));
  await deliverWithRetries(seller, order, { case: "transferNote", value: words });
  await buyer.deliveries.openTicket({ orderId: order.id });
  const page = await browser.open(mesh, `/orders/${order.id}`, { as: buyer });
  await page.getByRole("button", { name: "Open the ticket" }).click();
  await page.getByText(words).waitFor();
  await page.getByText("Opened 2 times:").waitFor();
  await inspect(page, "delivery-transfer", ["desktop"]);
});

test("a picture is uploaded, and shown to its buyer, who can save it", async () => {
  const buyer = await newPerson(mesh, "Bo");
  const order = await buy(mesh, buyer, await list(seller, "Hour of Flutes"));
  const theirs = await browser.open(mesh, `/orders/${order.id}`, { size: "phone", as: seller });
  await theirs.getByLabel("How the buyer gets it").selectOption("As a file");
  await theirs.getByRole("button", { name: "Deliver", exact: true }).click();
  await theirs.getByText("Choose a file of at most 10 MB.").waitFor();
  const file = theirs.getByLabel("The ticket: a PDF");
  await file.setInputFiles({ name: "ticket.png", mimeType: "image/png", buffer: Buffer.from("<script>") });
  await theirs.getByRole("button", { name: "Deliver", exact: true }).click();
  await theirs.getByText("This file cannot be used").waitFor();
  await inspect(theirs, "delivery-file-refused", ["phone"]);
  await file.setInputFiles({ name: "ticket.png", mimeType: "image/png", buffer: png() });
  await theirs.getByRole("button", { name: "Deliver", exact: true }).click();
  await theirs.getByText("You have delivered the ticket").waitFor();

  const page = await browser.open(mesh, `/orders/${order.id}`, { size: "phone", as: buyer });
  await page.getByRole("button", { name: "Open the ticket" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Open it" }).click();
  const picture = page.getByRole("img", { name: "Your ticket" });
  await picture.waitFor();
  await page.waitForFunction("document.querySelector('img[src^=blob]')?.naturalWidth === 1");
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save the ticket" }).click();
  expect(await readFile(await (await saved).path())).toEqual(png());
  expect((await saved).suggestedFilename()).toBe("ticket.png");
  await inspect(page, "delivery-picture", ["phone"]);
});

test("a seller is reminded of a ticket for today on every screen, and the buyer sees it", async () => {
  const busy = await newPerson(mesh, "Sid");
  const buyer = await newPerson(mesh, "Bob");
  const today = new Date(Date.now() + 10 * 3_600_000);
  const order = await buy(mesh, buyer, await list(busy, "Matinee of Bells", 4_500, today));
  await retry(async () => {
    const { delivery } = await buyer.deliveries.getDelivery({ orderId: order.id });
    return delivery?.reminderCount || undefined;
  });
  const page = await browser.open(mesh, "/sell", { size: "phone", as: busy });
  await page.getByText("A ticket that you sold is to be delivered").waitFor();
  await inspect(page, "delivery-reminder", ["phone", "desktop"]);
  await page.getByRole("link", { name: "See what is due" }).click();
  await page.getByText("as we reminded you").waitFor();
  expect(await page.getByText("A ticket that you sold is to be delivered").count()).toBe(0);
  await page.getByRole("listitem").filter({ hasText: ": by " }).getByRole("link").click();
  await page.getByText(/^We reminded you on /).waitFor();

  const theirs = await browser.open(mesh, `/orders/${order.id}`, { as: buyer });
  await theirs.getByText(/^We reminded the seller on /).waitFor();
  await inspect(theirs, "delivery-reminded-buyer", ["phone"]);
});

test("a ticket that did not get through is opened again, at another address", async () => {
  const buyer = await newPerson(mesh, "Bill");
  const order = await buy(mesh, buyer, await list(seller, "Hour of Horns"));
  await deliverFile(seller, order, png());
  const page = await browser.open(mesh, `/orders/${order.id}`, { size: "phone", as: buyer });
  // The first address is dead, as each is after minutes.
  browser.expectProblem(/ERR_FAILED/);
  let dead: string | undefined;
  await page.route(/\/files\//, async (route) => {
    dead ??= route.request().url();
    if (route.request().url() === dead) await route.abort();
    else await route.continue();
  });
  await page.getByRole("button", { name: "Open the ticket" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Open it" }).click();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("img", { name: "Your ticket" }).waitFor();
  await page.getByText("Opened 2 times:").waitFor();
});
