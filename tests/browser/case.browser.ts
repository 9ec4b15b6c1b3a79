import { beforeAll, expect, test } from "@jest/globals";
import { CaseKind } from "@ticketing/proto/cases/v1/case";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { watchUntil } from "../support/people.ts";
import { deliverWithRetries, retry } from "../support/stories.ts";
import { expectAccessible, inspect, useBrowser } from "./browser.ts";
import { firstOperator, secondOperator } from "./operators.ts";
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
async function delivered(event: string, minorUnits?: number): Promise<Order> {
  const order = await buy(mesh, buyer, await list(seller, event, minorUnits));
  await retry(() => buyer.deliveries.getDelivery({ orderId: order.id }));
  await deliverWithRetries(seller, order, { case: "transferNote", value: "It is in the Arena app" });
  await retry(() => seller.payouts.getEarning({ orderId: order.id }));
  return order;
}

/** The operators' page of the case of this order, by way of their list. */
async function openAsOperator({ id }: Order, signIn = firstOperator) {
  const page = await browser.open(mesh, "/operations", { as: { signIn } });
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

/** A complaint about an order. */
const complain = ({ id: orderId }: Order) =>
  buyer.cases.openCase({ orderId, kind: CaseKind.INVALID, text: "The turnstile was red." });

test("above a limit a second operator agrees to what the first decided, and not the first", async () => {
  const order = await delivered("Evening of Gold", 90_000);
  await complain(order);
  const page = await openAsOperator(order);
  await page.getByLabel("Decision").selectOption("Refund the buyer");
  await page.getByLabel("Reason").fill("It was used before.");
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByText("Proposed: Refund the buyer").waitFor();
  await page.getByText("Another operator has to agree: you proposed it yourself.").waitFor();
  expect(await page.getByRole("button", { name: "Agree" }).count()).toBe(0);
  await inspect(page, "operators-case-proposed", ["phone", "desktop"]);

  const second = await secondOperator(mesh);
  const other = await openAsOperator(order, second.signIn);
  await other.getByText("It was used before.").waitFor();
  await other.getByRole("button", { name: "Agree" }).click();
  const dialog = other.getByRole("dialog", { name: "Agree to this decision?" });
  await dialog.getByText("Proposed: Refund the buyer").waitFor();
  await dialog.getByRole("button", { name: "Agree" }).click();
  await other.getByText("Decided: Refund the buyer").waitFor();
  await other.getByText(`Agreed to by`).filter({ hasText: second.userId }).waitFor();
  await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
  // The page of the first reads it by itself.
  await page.getByText("What was decided is done.").waitFor();
});

test("an operator gives a part of the price back, in the amount that was typed", async () => {
  const order = await delivered("Evening of Parts");
  await complain(order);
  const page = await openAsOperator(order);
  await page.getByLabel("Decision").selectOption("Refund a part");
  await page.getByLabel("Reason").fill("Two rows further back.");
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByText("Enter an amount that is more than nothing.").waitFor();
  await page.getByLabel("What the buyer gets back").fill("45.00");
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("What the buyer gets back").fill("12.50");
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByText("Decided: Refund a part, €12.50").waitFor();
  await page.getByText("What was decided is done.").waitFor();
  await inspect(page, "operators-case-part", ["phone", "desktop"]);
  expect((await watchUntil(buyer, order.id, OrderStatus.COMPLETE, 5_000)).amountRefunded).toBe(1_250n);
});

test("an operator accepts the loss of a disputed charge, which is asked for twice", async () => {
  const order = await delivered("Evening of Banks");
  const { payment } = await buyer.payments.getPayment({ orderId: order.id });
  const disputed = await fetch(`${mesh.addresses.stripe}/control/disputes`, {
    method: "POST",
    body: JSON.stringify({ payment_intent: payment?.providerPaymentId }),
  });
  expect(disputed.ok).toBe(true);
  await retry(async () => {
    const { cases } = await buyer.cases.getOrderCases({ orderId: order.id });
    return cases[0];
  });
  const page = await openAsOperator(order);
  await page.getByText("The bank decides this case").waitFor();
  await page.getByText("The bank is told what both sides say.").waitFor();
  await inspect(page, "operators-case-bank", ["phone", "desktop"]);
  await page.getByRole("button", { name: "Accept the loss" }).click();
  const dialog = page.getByRole("dialog", { name: "Accept the loss of this dispute?" });
  await dialog.getByRole("button", { name: "Accept the loss" }).click();
  await dialog.getByText("Please say why").waitFor();
  await expectAccessible(page);
  await dialog.getByLabel("Reason").fill("The seller has no ticket.");
  await dialog.getByRole("button", { name: "Accept the loss" }).click();
  await page.getByText("Decided: Refund the buyer").waitFor();
  await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
  await page.getByText("What was decided is done.").waitFor();
});
