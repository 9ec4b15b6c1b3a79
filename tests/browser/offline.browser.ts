import { beforeAll, expect, test } from "@jest/globals";
import { png } from "@ticketing/deliveries/testing/files";
import type { Page } from "playwright-core";
import { deliverFile } from "../support/files.ts";
import { deliverWithRetries, retry } from "../support/stories.ts";
import { inspect, signIn, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, list } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();
let seller: Awaited<ReturnType<typeof newPerson>>;
type Buyer = Awaited<ReturnType<typeof newPerson>>;

beforeAll(async () => {
  seller = await newPerson(mesh, "Sela");
});

/** A ticket that its buyer has delivered as a picture. */
async function bought(buyer: Buyer, title: string) {
  const order = await buy(mesh, buyer, await list(seller, title));
  await deliverFile(seller, order, png());
  return order;
}

/** Opens the ticket of an order, and waits until it is kept. */
async function openTicket(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Open the ticket" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Open it" }).click();
  await page.getByText("It is kept on this device now").waitFor();
}

/** Takes the connection away, and loads the page anew. */
async function reloadOffline(page: Page): Promise<void> {
  browser.expectProblem(/ERR_INTERNET_DISCONNECTED/);
  await page.context().setOffline(true);
  await page.reload();
}

const picture = (page: Page) => page.getByRole("img", { name: "Your ticket" });
const KEPT = "This is the copy on your device";

/** Everything that lies in this browser: the paths of what is cached, and what the database has. */
async function whatLies(
  page: Page,
): Promise<{ cached: string[]; rows: number; clear: boolean; key: string }> {
  return JSON.parse(
    await page.evaluate(`(async () => {
      const cached = [];
      for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) cached.push(new URL(url).pathname);
      const result = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const db = await result(indexedDB.open("kept-tickets"));
      const stores = db.transaction(["keys", "tickets"]);
      const rows = await result(stores.objectStore("tickets").getAll());
      const held = await result(stores.objectStore("keys").getAll());
      db.close();
      const text = (sealed) => sealed ? new TextDecoder("latin1").decode(sealed.bytes) : "";
      const clear = rows.some(({ facts, file }) => /PNG|IHDR|Evening|Stalls/.test(text(facts) + text(file)));
      let key = held.length + " keys";
      for (const each of held)
        key = await crypto.subtle.exportKey("raw", each.key).then(() => "readable", (error) => error.name);
      return JSON.stringify({ cached, rows: rows.length, clear, key });
    })()`),
  );
}

test("an opened ticket is there without a connection, large too, until its buyer signs out", async () => {
  const buyer = await newPerson(mesh, "Bea");
  const order = await bought(buyer, "Evening of Tunnels");
  const page = await browser.open(mesh, `/orders/${order.id}`, { size: "phone", as: buyer });
  await openTicket(page);
  expect(await whatLies(page)).toMatchObject({ rows: 1, clear: false, key: "InvalidAccessError" });

  await reloadOffline(page);
  await page.getByText(KEPT).waitFor();
  await picture(page).waitFor();
  await page.waitForFunction("document.querySelector('img[src^=blob]')?.naturalWidth === 1");
  await page.getByRole("heading", { level: 1, name: "Evening of Tunnels" }).waitFor();
  await inspect(page, "ticket-kept", ["phone", "narrow"]);
  // The screen stays on meanwhile.
  await page.evaluate(`const ask = navigator.wakeLock.request.bind(navigator.wakeLock);
    window.asked = [];
    navigator.wakeLock.request = (type) => { window.asked.push(type); return ask(type); };`);
  await page.getByRole("button", { name: "Show it large" }).click();
  await page.waitForFunction("window.asked.join() === 'screen'");
  await page.getByRole("dialog").getByText("turn up the brightness").waitFor();
  await inspect(page, "ticket-large", ["phone", "narrow"]);
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Orders" }).click();
  await page.getByRole("heading", { name: "Tickets on this device" }).waitFor();
  await inspect(page, "tickets-kept", ["phone"]);
  await page.getByRole("link", { name: "Evening of Tunnels" }).click();
  await picture(page).waitFor();

  // With a connection again it is the order's page, by itself.
  await page.context().setOffline(false);
  await page.getByText("Your ticket is here").waitFor();
  expect(await page.getByText(KEPT).count()).toBe(0);
  await page.getByRole("button", { name: "Show the copy on this device" }).click();
  await picture(page).waitFor();

  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  expect(await whatLies(page)).toMatchObject({ rows: 0, key: "0 keys" });
  await page.goto(`/orders/${order.id}`);
  await page.waitForURL("**/sign-in**");
  await page.context().setOffline(true);
  await page.goto(`/orders/${order.id}`);
  await page.waitForURL("**/sign-in**");
  expect(await picture(page).count()).toBe(0);
});

test("who signs in next on the device finds nothing of it, and no other tab shows it any more", async () => {
  const buyer = await newPerson(mesh, "Ben");
  const other = await newPerson(mesh, "Olga");
  const order = await bought(buyer, "Evening of Cellars");
  const page = await browser.open(mesh, `/orders/${order.id}`, { as: buyer });
  await openTicket(page);
  const tab = await page.context().newPage();
  await tab.goto("/account");
  await tab.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in**");
  await tab.goto("/sign-in?from=/account");
  await signIn(tab, other.signIn);
  await tab.getByText(other.signIn.email).waitFor();
  await tab.goto(`/orders/${order.id}`);
  await tab.getByRole("alert").waitFor();
  expect(await whatLies(tab)).toMatchObject({ rows: 0 });
  await reloadOffline(tab);
  await tab.waitForURL("**/sign-in**");
  expect(await picture(tab).count()).toBe(0);
});

test("of all that the app reads nothing is cached but the app itself", async () => {
  const buyer = await newPerson(mesh, "Bo");
  const order = await buy(mesh, buyer, await list(seller, "Evening of Notes"));
  await retry(() => buyer.deliveries.getDelivery({ orderId: order.id }));
  await deliverWithRetries(seller, order, { case: "transferNote", value: "In the Arena app, to Bo" });
  const page = await browser.open(mesh, `/orders/${order.id}`, { as: buyer });
  await openTicket(page);
  for (const path of ["/", "/orders", "/sales", "/account", "/?view=tickets", `/orders/${order.id}`]) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
  }
  // What other sites, and other methods, could have it cache.
  await page.evaluate(`Promise.allSettled([
    fetch("/ticketing.auth.v1.AuthService/GetCurrentUser?connect=v1&encoding=json&message=%7B%7D"),
    fetch("/assets/../orders"), fetch("/.well-known/jwks.json"), fetch("/healthz"),
  ])`);
  browser.expectProblem(/Failed to load resource/);
  const { cached, rows } = await whatLies(page);
  expect(rows).toBe(1);
  expect(cached).toContain("/");
  expect(cached.filter((path) => path !== "/" && !/^\/assets\/[\w.-]+\.(js|css|svg)$/.test(path))).toEqual(
    [],
  );
  await reloadOffline(page);
  await page.getByText("In the Arena app, to Bo").waitFor();
  await page.getByRole("button", { name: "Remove it from this device" }).click();
  await page.waitForURL("**/sign-in**");
});
