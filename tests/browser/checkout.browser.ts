import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { everySize, expectAccessible, expectNoSidewaysScroll, screenshot, useBrowser } from "./browser.ts";
import { atCheckout, cards, payWith, secondsLeft, title, typeCard } from "./paying.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { withFault } from "./stripe-faults.ts";
import { list, lock, pay } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();

describe("paying", () => {
  test.each(everySize)("with a card that works ends with a receipt (%s)", async (size) => {
    const { page, buyer, order } = await atCheckout(browser, mesh, `Evening of Strings ${size}`, { size });
    expect(await secondsLeft(page)).toBeGreaterThan(800);
    await screenshot(page, `checkout-${size}`);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await payWith(page, cards.works);
    await title(page, "The ticket is yours").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("The ticket is yours");
    const receipt = page.getByRole("region", { name: "Receipt" });
    expect(await receipt.textContent()).toMatch(new RegExp(`${order.id}.*€45\\.00`));
    await screenshot(page, `receipt-${size}`);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    expect((await buyer.payments.getPayment({ orderId: order.id })).payment?.status).toBe(
      PaymentStatus.CAPTURED,
    );
  });

  test("looks right in the dark", async () => {
    const { page } = await atCheckout(browser, mesh, "Night of Owls", { size: "phone", scheme: "dark" });
    await screenshot(page, "checkout-phone-dark");
    await expectAccessible(page);
  });

  test("with an incomplete card says what is missing and asks nobody for money", async () => {
    const { page, buyer, order } = await atCheckout(browser, mesh, "Evening of Gaps");
    await page.getByRole("button", { name: /^Pay / }).click();
    await page.getByText("Your card number is incomplete.").waitFor();
    await expectAccessible(page);
    const { payment } = await buyer.payments.getPayment({ orderId: order.id });
    expect(payment?.declines).toBe(0);
  });

  test("that is declined says why in plain words, and goes on with another card", async () => {
    const { page, buyer, order } = await atCheckout(browser, mesh, "Evening of Echoes", { size: "phone" });
    browser.expectProblem(/status of 402/);
    await payWith(page, cards.withoutFunds);
    await page.getByText("There is not enough money on this card. Please pay with another card.").waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("alert");
    await screenshot(page, "checkout-declined-phone");
    await expectAccessible(page);
    await payWith(page, cards.works);
    await title(page, "The ticket is yours").waitFor();
    const { payment } = await buyer.payments.getPayment({ orderId: order.id });
    expect(payment).toMatchObject({ declines: 1, status: PaymentStatus.CAPTURED });
  });

  test("that is declined too often ends the order, and the ticket can be had again", async () => {
    const { page } = await atCheckout(browser, mesh, "Evening of Nays");
    const declined = page.getByText("Your card was declined");
    browser.expectProblem(/status of 402/);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await payWith(page, cards.declined);
      if (attempt < 3) await declined.waitFor();
    }
    await title(page, "The payment did not work").waitFor();
    await page.getByRole("link", { name: "Back to the ticket for €45.00" }).waitFor();
    await screenshot(page, "checkout-failed-desktop");
    await expectAccessible(page);
  });

  test("twice at once pays once", async () => {
    const { page, buyer, order } = await atCheckout(browser, mesh, "Evening of Twins");
    let confirmations = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/confirm")) confirmations += 1;
    });
    await typeCard(page, cards.works);
    await page.getByRole("button", { name: /^Pay / }).dblclick();
    await title(page, "The ticket is yours").waitFor();
    expect(confirmations).toBe(1);
    const { payment } = await buyer.payments.getPayment({ orderId: order.id });
    expect(payment?.amount?.minorUnits).toBe(4_500n);
  });
});

describe("a bank that asks first (3-D Secure)", () => {
  test("and is satisfied lets the payment through", async () => {
    const { page } = await atCheckout(browser, mesh, "Evening of Answers");
    await payWith(page, cards.asksTheBank);
    const question = page.getByRole("dialog", { name: "3-D Secure test page" });
    await question.waitFor();
    await screenshot(page, "checkout-3ds-desktop");
    await expectAccessible(page);
    await question.getByRole("button", { name: "Complete authentication" }).click();
    await title(page, "The ticket is yours").waitFor();
  });

  test("and is not satisfied leads back to the form, with the reason", async () => {
    const { page } = await atCheckout(browser, mesh, "Evening of Doubts", { size: "phone" });
    await payWith(page, cards.asksTheBank);
    await page.getByRole("button", { name: "Fail authentication" }).click();
    await page.getByText("Your bank could not confirm it is you").waitFor();
    await expectAccessible(page);
    await payWith(page, cards.works);
    await title(page, "The ticket is yours").waitFor();
  });

  test("asks again after a reload in the middle of it", async () => {
    const { page } = await atCheckout(browser, mesh, "Evening of Returns");
    await payWith(page, cards.asksTheBank);
    await page.getByRole("dialog").waitFor();
    await page.reload();
    await page.getByText("Your bank has a question").waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Go on with your bank" }).click();
    await page.getByRole("button", { name: "Complete authentication" }).click();
    await title(page, "The ticket is yours").waitFor();
  });
});

test("a buyer who returns from the bank's page sees the outcome, and no secret in the address", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Bo")]);
  const order = await lock(buyer, await list(seller, "Evening of Detours"));
  const { clientSecret } = await buyer.payments.startPayment({ orderId: order.id });
  await pay(mesh, buyer, order);
  const back = `/checkout/${order.id}?payment_intent_client_secret=${clientSecret}&redirect_status=succeeded`;
  const page = await browser.open(mesh, back, { as: buyer });
  await title(page, "The ticket is yours").waitFor();
  expect(page.url()).not.toContain("secret");
});

describe("a purchase in several places", () => {
  test("shows the same time left after a reload and in a second tab, and its end in both", async () => {
    const { page } = await atCheckout(browser, mesh, "Evening of Clocks");
    const begun = Date.now();
    const before = await secondsLeft(page);
    await page.reload();
    const other = await page.context().newPage();
    await other.goto(page.url());
    for (const tab of [page, other]) {
      await tab.getByLabel("Card number").waitFor();
      const passed = (Date.now() - begun) / 1000;
      expect(Math.abs(before - passed - (await secondsLeft(tab)))).toBeLessThanOrEqual(1.5);
    }
    await other.bringToFront();
    await payWith(other, cards.works);
    await title(other, "The ticket is yours").waitFor();
    await page.bringToFront();
    await title(page, "The ticket is yours").waitFor();
  });

  test("that is cancelled elsewhere ends here", async () => {
    const { page, buyer, order } = await atCheckout(browser, mesh, "Evening of Partings");
    await buyer.orders.cancelOrder({ orderId: order.id });
    await title(page, "Order cancelled").waitFor();
  });
});

describe("cancelling", () => {
  test("asks first, and gives the ticket back", async () => {
    const { page, buyer, order } = await atCheckout(browser, mesh, "Evening of Regrets", { size: "phone" });
    const cancel = page.getByRole("button", { name: "Cancel order" });
    await cancel.click();
    const question = page.getByRole("dialog", { name: "Cancel this order?" });
    await question.waitFor();
    await screenshot(page, "checkout-cancel-phone");
    await expectAccessible(page);
    await question.getByRole("button", { name: "Keep the ticket" }).click();
    expect((await buyer.orders.getOrder({ orderId: order.id })).order?.status).toBe(
      OrderStatus.AWAITING_PAYMENT,
    );
    await cancel.click();
    await question.getByRole("button", { name: "Cancel order" }).click();
    await title(page, "Order cancelled").waitFor();
    await page.getByText("Good news: the ticket is still free.").waitFor();
    await screenshot(page, "checkout-cancelled-phone");
    await expectAccessible(page);
    await page.getByRole("link", { name: "Back to the ticket for €45.00" }).click();
    await page.getByRole("button", { name: "Buy for €45.00" }).waitFor();
  });
});

describe("trouble on the way", () => {
  test("a payment whose news is late is waited for, also after a reload, and never asked for twice", async () => {
    const { page } = await atCheckout(browser, mesh, "Evening of Delays");
    await withFault(mesh, { kind: "webhook_hold", operation: "*" }, async () => {
      await payWith(page, cards.works);
      await title(page, "Payment received").waitFor();
      await screenshot(page, "checkout-confirming-desktop");
      await expectAccessible(page);
      await page.reload();
      await title(page, "Payment received").waitFor();
      expect(await page.getByRole("button", { name: /^Pay/ }).count()).toBe(0);
    });
    await title(page, "The ticket is yours").waitFor();
  });

  test("an answer of Stripe's that is lost is looked for before anything else", async () => {
    const { page, buyer, order } = await atCheckout(browser, mesh, "Evening of Losses");
    await page.route("**/v1/payment_intents/*/confirm", async (route) => {
      await route.fetch();
      await route.abort("connectionreset");
    });
    browser.expectProblem(/ERR_CONNECTION_RESET/);
    await payWith(page, cards.works);
    await title(page, "The ticket is yours").waitFor();
    const { payment } = await buyer.payments.getPayment({ orderId: order.id });
    expect(payment?.amount?.minorUnits).toBe(4_500n);
  });

  test("a payment partner that is away is named, and tried again", async () => {
    const [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Bo")]);
    const order = await lock(buyer, await list(seller, "Evening of Outages"));
    const page = await withFault(mesh, { kind: "error_before", operation: "payment_intents.*" }, async () => {
      const opened = await browser.open(mesh, `/checkout/${order.id}`, { as: buyer });
      await opened.getByText("Payments are busy").waitFor();
      await expectAccessible(opened);
      await screenshot(opened, "checkout-stripe-away-desktop");
      return opened;
    });
    await page.getByRole("button", { name: "Try again" }).click();
    await payWith(page, cards.works);
    await title(page, "The ticket is yours").waitFor();
  });

  test("a connection that is gone in the middle fails the attempt at once, keeps the form, and comes back", async () => {
    const { page } = await atCheckout(browser, mesh, "Evening of Tunnels");
    await typeCard(page, cards.works);
    await page.context().setOffline(true);
    browser.expectProblem(/ERR_INTERNET_DISCONNECTED/);
    await page.getByRole("button", { name: /^Pay / }).click();
    await page.getByText("No connection to our payment partner").waitFor();
    await page.getByText("You are offline.").waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: /^Pay / }).click();
    await title(page, "The ticket is yours").waitFor();
  });

  test("a session that ends in the middle is asked for again, and the purchase goes on", async () => {
    const { page, buyer } = await atCheckout(browser, mesh, "Evening of Endings");
    await typeCard(page, cards.works);
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Cancel order" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel order" }).click();
    const dialog = page.getByRole("dialog", { name: "Please sign in again" });
    await dialog.getByLabel("Password").fill(buyer.signIn.password);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Keep the ticket" }).click();
    expect(await page.getByLabel("Card number").inputValue()).toBe(cards.works);
    await page.getByRole("button", { name: /^Pay / }).click();
    await title(page, "The ticket is yours").waitFor();
  });

  test("an order that there is not, or that is somebody else's, says so", async () => {
    const { seller, order } = await atCheckout(browser, mesh, "Evening of Strangers");
    const stranger = await newPerson(mesh, "Stan");
    const page = await browser.open(mesh, `/checkout/${randomUUID()}`, { as: stranger });
    await page.getByRole("heading", { name: "Order not found" }).waitFor();
    await page.goto(`/checkout/${order.id}`);
    await page.getByRole("heading", { name: "Not your order" }).waitFor();
    await expectAccessible(page);
    const sellers = await browser.open(mesh, `/checkout/${order.id}`, { as: seller });
    await sellers.getByText("You are the seller").waitFor();
    await sellers.getByRole("link", { name: "My sales" }).waitFor();
  });

  test("somebody who is not signed in signs in first and comes back to it", async () => {
    const { page, buyer } = await atCheckout(browser, mesh, "Evening of Strolls");
    const guest = await browser.open(mesh, new URL(page.url()).pathname);
    await guest.getByLabel("E-mail address").fill(buyer.signIn.email);
    await guest.getByLabel("Password").fill(buyer.signIn.password);
    await guest.getByRole("button", { name: "Sign in" }).click();
    await guest.getByLabel("Card number").waitFor();
  });
});
