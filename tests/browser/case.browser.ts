import { beforeAll, expect, test } from "@jest/globals";
import { demoSignIns } from "@ticketing/launcher/seed";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { watchUntil } from "../support/people.ts";
import { deliverWithRetries, retry } from "../support/stories.ts";
import { inspect, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, list } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();
let seller: Awaited<ReturnType<typeof newPerson>>;
let buyer: typeof seller;

beforeAll(async () => {
  [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Bea")]);
});

/** A delivered ticket with an earning, which its buyer can complain about. */
async function delivered(event: string): Promise<Order> {
  const order = await buy(mesh, buyer, await list(seller, event));
  await retry(() => buyer.deliveries.getDelivery({ orderId: order.id }));
  await deliverWithRetries(seller, order, { case: "transferNote", value: "It is in the Arena app" });
  await retry(() => seller.payouts.getEarning({ orderId: order.id }));
  return order;
}

/** The operators' page of the case of this order, by way of their list. */
async function openAsOperator({ id }: Order) {
  const operator = demoSignIns.find(({ email }) => email.startsWith("operator"));
  if (!operator) throw new Error("the demo data has no operator");
  const page = await browser.open(mesh, "/operations", { as: { signIn: operator } });
  await page.getByRole("link", { name: "Cases" }).click();
  await page.getByRole("heading", { level: 1, name: "Cases" }).waitFor();
  const row = page.getByRole("listitem").filter({ hasText: id });
  await row.waitFor();
  await inspect(page, "operators-cases", ["phone", "desktop"]);
  await row.getByRole("link").click();
  await page.getByRole("heading", { level: 2, name: "The sale" }).waitFor();
  return page;
}

test("a buyer complains, the seller answers, an operator gives the money back, and both see why", async () => {
  const order = await delivered("Evening of Turnstiles");
  const page = await browser.open(mesh, `/orders/${order.id}`, { size: "phone", as: buyer });
  await page.getByRole("button", { name: "Something is wrong" }).click();
  await page.getByLabel("What is wrong?").selectOption("The ticket did not admit");
  await page.getByRole("button", { name: "Send the complaint" }).click();
  await page.getByText("Please fill this in.").waitFor();
  await page.getByLabel("What happened?").fill("The turnstile was red.\nI went home.");
  await inspect(page, "case-complaint");
  await page.getByRole("button", { name: "Send the complaint" }).click();
  await page.getByText("The seller is not paid until it is decided.").waitFor();
  await inspect(page, "case-order-buyer", ["phone"]);
  await page.getByRole("link", { name: "See the case" }).click();
  await page.getByText("The turnstile was red. I went home.").waitFor();

  const theirs = await browser.open(mesh, "/sales", { as: seller });
  await theirs.getByText("Complaints").waitFor();
  await inspect(theirs, "case-sales", ["phone", "desktop"]);
  await theirs.getByRole("link", { name: "Earnings" }).click();
  await theirs.getByText("There is a complaint about this sale").waitFor();
  await theirs.getByRole("link", { name: "See the sale" }).click();
  await theirs.getByText("You are not paid until it is decided.").waitFor();
  await theirs.getByRole("link", { name: "See the case" }).click();
  await theirs.getByText("The turnstile was red. I went home.").waitFor();
  await theirs.getByLabel("Add something").fill("It was mine to sell.");
  await theirs.getByRole("button", { name: "Add it" }).click();
  // The buyer's page reads it by itself.
  await page.getByText("It was mine to sell.").waitFor();
  await inspect(page, "case-open");

  const operators = await openAsOperator(order);
  for (const said of ["The turnstile was red. I went home.", "It was mine to sell.", order.id])
    await operators.getByText(said).waitFor();
  await operators.getByText("The seller delivered the ticket.").waitFor();
  await operators.getByRole("button", { name: "Decide" }).click();
  await operators.getByText("Please choose one.").waitFor();
  await operators.getByLabel("Decision").selectOption("Refund the buyer");
  await operators.getByLabel("Reason").fill("It was used before.");
  await inspect(operators, "operators-case");
  await operators.getByRole("button", { name: "Decide" }).click();
  await operators.getByText("Decided: Refund the buyer").waitFor();

  for (const each of [page, theirs]) await each.getByText("It was used before.").waitFor();
  await page.getByText("You get your money back.").waitFor();
  await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
  await page.getByText("Closed", { exact: true }).waitFor();
  await inspect(page, "case-closed", ["phone", "desktop"]);
  await page.getByRole("link", { name: "The order" }).click();
  await page.getByText("went back to your card").first().waitFor();
  await inspect(page, "case-order-refunded", ["phone"]);
  await theirs.getByRole("link", { name: "The sale" }).click();
  await theirs.getByText("as was decided about the complaint").waitFor();
  await inspect(theirs, "case-sale-refunded", ["phone"]);
  await operators.getByText("What was decided is done.").waitFor();
});

test("an operator keeps a sale: its buyer reads why, and nothing can be added any more", async () => {
  const order = await delivered("Evening of Doors");
  const page = await browser.open(mesh, `/orders/${order.id}`, { as: buyer });
  await page.getByRole("button", { name: "Something is wrong" }).click();
  await page.getByLabel("What is wrong?").selectOption("It is not the ticket that was listed");
  await page.getByLabel("What happened?").fill("I wanted another seat.");
  await page.getByRole("button", { name: "Send the complaint" }).click();
  await page.getByRole("link", { name: "See the case" }).click();
  await page.getByLabel("Add something").waitFor();

  const operators = await openAsOperator(order);
  await operators.getByLabel("Decision").selectOption("Keep the sale");
  await operators.getByLabel("Reason").fill("It is the seat that was listed.");
  await operators.getByRole("button", { name: "Decide" }).click();
  await operators.getByText("What was decided is done.").waitFor();

  await page.getByText("The sale stands. You do not get your money back.").waitFor();
  await page.getByText("It is the seat that was listed.").waitFor();
  expect(await page.getByLabel("Add something").count()).toBe(0);
  expect((await watchUntil(buyer, order.id, OrderStatus.COMPLETE, 5_000)).status).toBe(OrderStatus.COMPLETE);
  await page.getByRole("link", { name: "The order" }).click();
  await page.getByText("The sale stands. You do not get your money back.").waitFor();
});
