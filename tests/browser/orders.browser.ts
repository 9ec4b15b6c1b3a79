import { beforeAll, describe, expect, test } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Page } from "playwright-core";
import { watchUntil } from "../support/people.ts";
import { control } from "../support/stripe-control.ts";
import { stripePayments } from "../support/test-mesh.ts";
import { expectAccessible, inspect, useBrowser } from "./browser.ts";
import { clockTime, zoneWhereItIs } from "./clock.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, list, lock, pay } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();
let seller: Awaited<ReturnType<typeof newPerson>>;

beforeAll(async () => {
  seller = await newPerson(mesh, "Sela");
});

const steps = (page: Page) =>
  page.getByRole("region", { name: "What happened" }).getByRole("listitem").allTextContents();

test("my orders show what is held, with the way to pay, and what was bought", async () => {
  const buyer = await newPerson(mesh, "Ben");
  await buy(mesh, buyer, await list(seller, "Evening of Strings"));
  const cancelled = await lock(buyer, await list(seller, "Matinee of Brass", 3_000));
  await buyer.orders.cancelOrder({ orderId: cancelled.id });
  const held = await lock(buyer, await list(seller, "Night of Drums", 1_250_000));
  const page = await browser.open(mesh, "/orders", { as: buyer });
  const rows = page.getByRole("region", { name: "My orders" }).getByRole("listitem");
  await rows.filter({ hasText: "Matinee of Brass" }).getByText("Cancelled").waitFor();
  expect(await rows.count()).toBe(3);
  await inspect(page, "orders");
  const first = rows.first();
  expect(await first.textContent()).toContain("€12,500.00");
  expect(await first.getByRole("timer").textContent()).toMatch(/^1[45]:\d\d$/);
  await first.getByRole("link", { name: "Pay now" }).click();
  await page.waitForURL(`**/checkout/${held.id}`);
});

test("somebody without orders and sales is shown the way to some", async () => {
  const page = await browser.open(mesh, "/orders", { size: "phone", as: await newPerson(mesh, "Nele") });
  await page.getByRole("heading", { name: "No orders yet" }).waitFor();
  await inspect(page, "orders-empty", ["phone"]);
  await page.getByRole("link", { name: "My sales" }).click();
  await page.getByRole("heading", { name: "No sales yet" }).waitFor();
  await inspect(page, "sales-empty", ["phone"]);
});

describe("an order", () => {
  test("changes on the screen as it is paid, and tells its story to buyer and seller", async () => {
    const buyer = await newPerson(mesh, "Bea");
    const order = await lock(buyer, await list(seller, "Evening of Strings"));
    const page = await browser.open(mesh, `/orders/${order.id}`, { size: "phone", as: buyer });
    await page.getByRole("link", { name: "Pay now" }).waitFor();
    await inspect(page, "order-awaiting", ["phone"]);
    const theirs = await browser.open(mesh, `/orders/${order.id}`, { as: seller });
    await theirs.getByText("The buyer is paying").waitFor();
    expect(await theirs.getByRole("link", { name: "Pay now" }).count()).toBe(0);
    await inspect(theirs, "order-awaiting-seller", ["desktop"]);

    const held = (time: string) =>
      new RegExp(`^The ticket was held for you\\.\\w{3}, \\d{1,2} \\w{3,4} \\d{4}, ${time}$`);
    for (const hour of [4, 16]) {
      const zone = zoneWhereItIs(hour);
      const away = await browser.open(mesh, `/orders/${order.id}`, { zone, as: buyer });
      await away.getByText("The ticket was held for you.").waitFor();
      expect((await steps(away))[0]).toMatch(held(clockTime(order.createTime, zone)));
    }

    await pay(mesh, buyer, order);
    await page.getByRole("button", { name: "Get a refund" }).waitFor();
    expect(await steps(page)).toEqual([
      expect.stringMatching(held(clockTime(order.createTime))),
      expect.stringMatching(/^You paid, and the ticket is yours\./),
    ]);
    await theirs.getByText("You earned €40.50").waitFor();
    expect(await theirs.locator("dl").last().textContent()).toBe(
      "The buyer pays€45.00Our fee€4.50You get€40.50",
    );
    expect(await page.getByRole("main").textContent()).not.toMatch(/fee|40\.50/i);
    expect(await steps(theirs)).toEqual([
      expect.stringContaining("A buyer chose your ticket"),
      expect.stringContaining("The buyer paid, and the ticket is sold."),
    ]);
    expect(await theirs.getByRole("button", { name: "Get a refund" }).count()).toBe(0);
    await inspect(theirs, "order-complete-seller", ["desktop"]);
  });

  test("is refunded after a question, and the page follows it to the end, by keyboard alone", async () => {
    const buyer = await newPerson(mesh, "Rolf");
    const order = await buy(mesh, buyer, await list(seller, "Evening of Strings"));
    const page = await browser.open(mesh, `/orders/${order.id}`, { as: buyer });
    const refund = page.getByRole("button", { name: "Get a refund" });
    await refund.waitFor();
    await inspect(page, "order-complete", ["phone", "desktop"]);
    await refund.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Give the ticket back for €45.00?" });
    await dialog.waitFor();
    await inspect(page, "order-refund-question", ["narrow"]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Get a refund");
    expect((await buyer.orders.getOrder({ orderId: order.id })).order?.refundRequestedTime).toBeUndefined();

    await page.keyboard.press("Enter");
    await dialog.waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Give it back");
    await page.keyboard.press("Enter");
    await page.getByText("€45.00 went back to your card.").waitFor();
    expect(await steps(page)).toEqual([
      expect.stringContaining("The ticket was held for you."),
      expect.stringContaining("You paid, and the ticket is yours."),
      expect.stringContaining("You asked for your money back."),
      expect.stringContaining("Your money went back to your card."),
    ]);
    await inspect(page, "order-refunded", ["phone"]);
    expect((await buyer.orders.getOrder({ orderId: order.id })).order?.status).toBe(OrderStatus.REFUNDED);
  });

  test("whose payment is disputed says so, and is refunded once the dispute is won", async () => {
    const buyer = await newPerson(mesh, "Dora");
    const order = await buy(mesh, buyer, await list(seller, "Evening of Strings"));
    const [intent] = await stripePayments(mesh, order.id);
    await control(mesh, "POST", "disputes", { payment_intent: intent?.id });
    await buyer.orders.requestRefund({ orderId: order.id });
    const page = await browser.open(mesh, `/orders/${order.id}`, { as: buyer });
    await page.getByText("We took €45.00, and you or your bank disputed the payment.").waitFor();
    await page.getByText("so we cannot refund it").waitFor();
    expect(await page.getByRole("button", { name: "Ask for the refund again" }).count()).toBe(0);
    await inspect(page, "order-disputed", ["phone"]);

    await control(mesh, "POST", "disputes/close", { payment_intent: intent?.id, status: "won" });
    await page.getByRole("button", { name: "Ask for the refund again" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Give it back" }).click();
    await page.getByText("€45.00 went back to your card.").waitFor();
    await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
  });

  test("that awaits payment can be cancelled, if it still does, and is nobody else's business", async () => {
    const buyer = await newPerson(mesh, "Cleo");
    const order = await lock(buyer, await list(seller, "Evening of Strings"));
    const page = await browser.open(mesh, `/orders/${order.id}`, { as: buyer });
    await page.getByRole("button", { name: "Cancel order" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel order" }).click();
    await page.getByText("The order was cancelled, as you asked. No money was taken.").waitFor();
    expect(await page.getByRole("link", { name: "Pay now" }).count()).toBe(0);
    await expectAccessible(page);

    const paid = await lock(buyer, await list(seller, "Evening of Strings"));
    const stale = await page.context().newPage();
    // Without its stream the page does not know that the order was paid meanwhile.
    await stale.route(/WatchOrder/, () => {});
    await stale.goto(`/orders/${paid.id}`);
    await stale.getByRole("button", { name: "Cancel order" }).click();
    await pay(mesh, buyer, paid);
    await watchUntil(buyer, paid.id, OrderStatus.COMPLETE, 30_000);
    await stale.getByRole("dialog").getByRole("button", { name: "Cancel order" }).click();
    await stale.getByText("It is complete and cannot be changed.").waitFor();
    await expectAccessible(stale);
    const other = await browser.open(mesh, `/orders/${order.id}`, { as: await newPerson(mesh, "Nosy") });
    await other.getByRole("heading", { name: "Not your order" }).waitFor();
  });
});

describe("my sales", () => {
  test("say what the seller earned with each, and all together", async () => {
    const [vendor, buyer] = await Promise.all([newPerson(mesh, "Vera"), newPerson(mesh, "Bo")]);
    await buy(mesh, buyer, await list(vendor, "Evening of Strings", 4_550));
    await buy(mesh, buyer, await list(vendor, "Matinee of Brass", 1_000));
    const given = await lock(buyer, await list(vendor, "Night of Drums"));
    await buyer.orders.cancelOrder({ orderId: given.id });
    await lock(buyer, await list(vendor, "Morning of Bells", 900));
    const page = await browser.open(mesh, "/sales", { as: vendor });
    const rows = page.getByRole("region", { name: "My sales" }).getByRole("listitem");
    await rows.filter({ hasText: "Night of Drums" }).getByText("You earned €0.00").waitFor();
    await rows.filter({ hasText: "Evening of Strings" }).getByText("You earned €40.95").waitFor();
    await rows.filter({ hasText: "Morning of Bells" }).getByText("You get €8.10 if the buyer pays").waitFor();
    expect(await page.getByText("Total earned").locator("..").textContent()).toContain("€49.95");
    await inspect(page, "sales");
  });

  test("go on as long as there are some", async () => {
    const vendor = await newPerson(mesh, "Viola");
    // As many as a buyer may hold at a time.
    const buyers = await Promise.all(
      ["A", "B", "C", "D", "E", "F", "G"].map((name) => newPerson(mesh, name)),
    );
    const shows = Array.from({ length: 22 }, (_, number) => `Show number ${number}`);
    const [oldest = ""] = shows;
    const [first] = buyers;
    if (first) await lock(first, await list(vendor, oldest));
    await Promise.all(
      shows.slice(1).map(async (show, index) => {
        const buyer = buyers[1 + (index % (buyers.length - 1))] ?? first;
        if (buyer) await lock(buyer, await list(vendor, show));
      }),
    );
    const page = await browser.open(mesh, "/sales", { as: vendor });
    const rows = page.getByRole("region", { name: "My sales" }).getByRole("listitem");
    await rows.first().waitFor();
    await rows.last().scrollIntoViewIfNeeded();
    await page.getByRole("link", { name: oldest, exact: true }).waitFor();
    expect(await rows.count()).toBe(22);
  });
});
