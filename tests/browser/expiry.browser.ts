import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { startTestMesh, stripePayments, type TestMesh } from "../support/test-mesh.ts";
import { expectAccessible, screenshot, signIn, useBrowser } from "./browser.ts";
import { atCheckout, cards, payWith, title } from "./paying.ts";
import { fillInListing } from "./selling.ts";
import { type BrowserMesh, newPerson, sharedMesh } from "./shared-mesh.ts";
import { list, lock } from "./trade.ts";

const browser = useBrowser();
let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startTestMesh({ LOCK_DURATION: "18s", RELOCK_WAIT: "0s" }, { web: true });
}, 120_000);
afterAll(async () => {
  await mesh.close();
}, 60_000);

/** The same mesh as browsers that look for it at 127.0.0.1 find it. */
function atLoopback({ addresses }: BrowserMesh): BrowserMesh {
  return { addresses: { ...addresses, gateway: addresses.gateway.replace("localhost", "127.0.0.1") } };
}

describe("a buyer who does not pay in time", () => {
  test("is told kindly, sees whether somebody else takes the ticket, and can take it again when it is free", async () => {
    const rival = await newPerson(mesh, "Rita");
    const { page, buyer, ticket, order } = await atCheckout(browser, mesh, "Evening of Sand", {
      size: "phone",
    });
    // Who does not see the clock hears of it.
    await page.getByText("10 seconds left to pay.").waitFor({ state: "attached" });
    await title(page, "The time to pay is over").waitFor();
    await page.getByText("Your hold has ended and no money was taken.", { exact: false }).waitFor();
    const again = page.getByRole("link", { name: "Back to the ticket for €45.00" });
    await again.waitFor();
    expect(await page.evaluate("document.activeElement.tagName")).toBe("H1");
    await screenshot(page, "checkout-expired-phone");
    await expectAccessible(page);
    expect((await buyer.orders.getOrder({ orderId: order.id })).order?.status).toBe(OrderStatus.EXPIRED);
    const theirs = await lock(rival, ticket);
    await page.getByText("Somebody else is buying the ticket at the moment.", { exact: false }).waitFor();
    await page.getByRole("link", { name: "Other tickets for this event" }).waitFor();
    await rival.orders.cancelOrder({ orderId: theirs.id });
    await again.click();
    await page.getByRole("button", { name: "Buy for €45.00" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/checkout/") && !url.pathname.endsWith(order.id));
    await payWith(page, cards.works);
    await title(page, "The ticket is yours").waitFor();
  });

  test("a buyer who answers the bank too late is not charged", async () => {
    const { page, order } = await atCheckout(browser, mesh, "Evening of Pauses");
    await payWith(page, cards.asksTheBank);
    const question = page.getByRole("dialog", { name: "3-D Secure test page" });
    await question.waitFor();
    await page.getByRole("heading", { name: "The time to pay is over" }).waitFor();
    browser.expectProblem(/status of 400/);
    await question.getByRole("button", { name: "Complete authentication" }).click();
    await question.waitFor({ state: "detached" });
    await expect(stripePayments(mesh, order.id)).resolves.toMatchObject([
      { status: "canceled", amount_received: 0 },
    ]);
  });
});

test("at 127.0.0.1 one browser sells, buys and signs out, and stays signed in at another mesh there", async () => {
  const [here, there] = [atLoopback(sharedMesh()), atLoopback(mesh)];
  const [seller, trader, visitor] = await Promise.all([
    newPerson(here, "Sela"),
    newPerson(here, "Tracy"),
    newPerson(there, "Vic"),
  ]);
  const ticket = await list(seller, "Evening of Addresses");
  const page = await browser.open(here, "/sign-in?from=/account");
  await signIn(page, trader.signIn);
  await page.getByText(trader.signIn.email).waitFor();
  const other = await page.context().newPage();
  await other.goto(`${there.addresses.gateway}/sign-in?from=/account`);
  await signIn(other, visitor.signIn);
  await other.getByText(visitor.signIn.email).waitFor();

  await page.goto("/sell/new");
  await fillInListing(page, "Evening of Ports");
  await page.getByRole("button", { name: "List the ticket" }).click();
  await page.getByText("Your ticket is for sale.").first().waitFor();
  await page.goto(`/tickets/${ticket.id}`);
  await page.getByRole("button", { name: "Buy for €45.00" }).click();
  await payWith(page, cards.works);
  await title(page, "The ticket is yours").waitFor();

  // What runs out at one is renewed there, and what ends at one ends there.
  const { port } = new URL(here.addresses.gateway);
  await page.context().clearCookies({ name: `session-${port}` });
  await page.goto("/account");
  await page.getByText(trader.signIn.email).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").first().waitFor();
  expect((await page.context().cookies()).filter(({ name }) => name.endsWith(`-${port}`))).toEqual([]);
  await other.reload();
  await other.getByText(visitor.signIn.email).waitFor();
  await page.goto("/account");
  await title(page, "Sign in").waitFor();
});
