import type { Page } from "playwright-core";
import { summerDay } from "./clock.ts";

/** Fills in all that a ticket needs, as a person would: the date is that of a clock in London. */
export async function fillInListing(page: Page, event: string): Promise<void> {
  await page.getByLabel("Event", { exact: true }).fill(event);
  await page.getByLabel("Kind of event").selectOption({ label: "Theatre" });
  await page.getByLabel("Venue").fill("Old Mill");
  await page.getByLabel("City").fill("Graz");
  await page.getByLabel("Day and time it begins").fill(`${summerDay}T19:30`);
  await page.getByLabel("Section").fill("Stalls");
  await page.getByLabel("Row").fill("B");
  await page.getByLabel("Seat").fill("7");
  await page.getByLabel("Description").fill("Two rows from the stage");
  await page.getByLabel("Price").fill("1,234.5");
}
