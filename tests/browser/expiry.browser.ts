import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { startTestMesh, stripePayments, type TestMesh } from "../test-mesh.ts";
import { expectAccessible, screenshot, useBrowser } from "./browser.ts";
import { atCheckout, cards, payWith, title } from "./paying.ts";
import { newPerson } from "./shared-mesh.ts";
import { lock } from "./trade.ts";

const browser = useBrowser();
let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startTestMesh({ LOCK_DURATION: "12s", RELOCK_WAIT: "0s" }, { web: true });
}, 120_000);
afterAll(async () => {
  await mesh.close();
}, 60_000);

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
    await title(page, "It is yours").waitFor();
  });

  test("who answers the bank too late is not charged", async () => {
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
