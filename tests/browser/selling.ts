import type { Page } from "playwright-core";
import { summerDay } from "./clock.ts";

/** Chooses to name an event that is not known yet. */
export async function beginProposal(page: Page, event: string): Promise<void> {
  await page.getByRole("combobox", { name: "Event" }).fill(event);
  await page.getByRole("option", { name: `“${event}” is not in the list: add it` }).click();
  await page.getByRole("heading", { name: "Where does it take place?" }).waitFor();
}

/** Names a venue, and waits until what takes place there is asked for. */
export async function nameVenue(page: Page, venue: string, city: string): Promise<void> {
  await page.getByLabel("Venue").fill(venue);
  await page.getByLabel("City").fill(city);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "What takes place there?" }).waitFor();
}

/** Names what takes place at the venue: the time is that of a clock there. */
export async function nameEvent(page: Page, localTime = `${summerDay}T19:30`): Promise<void> {
  await page.getByLabel("Kind of event").selectOption({ label: "Theatre" });
  await page.getByLabel("Day and time it begins").fill(localTime);
  await page.getByRole("button", { name: "Add the event" }).click();
}

/** Fills in seat and price, and what buyers should know. */
export async function fillInOffer(page: Page): Promise<void> {
  await page.getByLabel("Section").fill("Stalls");
  await page.getByLabel("Row").fill("B");
  await page.getByLabel("Seat").fill("7");
  await page.getByLabel("Description").fill("Two rows from the stage");
  await page.getByLabel("Price").fill("1,234.5");
}

/** Fills in all that a ticket needs, as a person would, for an event that nobody has named before. */
export async function fillInListing(page: Page, event: string): Promise<void> {
  await beginProposal(page, event);
  await nameVenue(page, "Old Mill", "Graz");
  await nameEvent(page);
  await page.getByText("The event was added. Your ticket is for it.").first().waitFor();
  await fillInOffer(page);
}
