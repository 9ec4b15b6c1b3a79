import type { Page } from "playwright-core";
import type { BrowserOfFile, OpenOptions } from "./browser.ts";
import { type BrowserMesh, newPerson } from "./shared-mesh.ts";
import { list, lock } from "./trade.ts";

/** Numbers of Stripe's test cards (docs.stripe.com/testing). */
export const cards = {
  works: "4242424242424242",
  declined: "4000000000000002",
  withoutFunds: "4000000000009995",
  asksTheBank: "4000000000003220",
};

/** Types a card into Stripe's fields. */
export async function typeCard(page: Page, number: string): Promise<void> {
  await page.getByLabel("Card number").fill(number);
  await page.getByLabel("Expiration date").fill("12 / 40");
  await page.getByLabel("Security code").fill("123");
}

/** Pays with a card, in the form of the checkout. */
export async function payWith(page: Page, number: string): Promise<void> {
  await typeCard(page, number);
  await page.getByRole("button", { name: /^Pay / }).click();
}

/** The title of the page as it is now. */
export const title = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

/** A buyer at the checkout of a ticket for `event`, which a seller of its own listed. The form is there. */
export async function atCheckout(
  browser: BrowserOfFile,
  mesh: BrowserMesh,
  event: string,
  options: OpenOptions & { priceMinor?: number } = {},
) {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Bo")]);
  const ticket = await list(seller, event, options.priceMinor);
  const order = await lock(buyer, ticket);
  const page = await browser.open(mesh, `/checkout/${order.id}`, { ...options, as: buyer });
  await page.getByLabel("Card number").waitFor();
  return { page, seller, buyer, ticket, order };
}

/** What the countdown on a page shows, in seconds. */
export async function secondsLeft(page: Page): Promise<number> {
  const text = (await page.getByRole("timer").textContent()) ?? "";
  const [minutes = Number.NaN, seconds = Number.NaN] = text.split(":").map(Number);
  return minutes * 60 + seconds;
}
