import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { expectAccessible, inspect, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, list } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();

test("a seller sets up payouts at the payment partner, and sees what is earned, why it waits, and saves it", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Selma"), newPerson(mesh, "Bo")]);
  const page = await browser.open(mesh, "/earnings", { size: "phone", as: seller });
  await page.getByRole("heading", { name: "No earnings yet" }).waitFor();
  await inspect(page, "earnings-empty", ["phone"]);

  await page.getByRole("link", { name: "Get paid" }).click();
  await page.getByText("Tell us where your money goes").waitFor();
  await inspect(page, "get-paid-none", ["phone"]);
  const partner = page.getByRole("heading", { name: "Onboarding test page" });
  await page.getByRole("button", { name: "Set up payouts" }).click();
  await partner.waitFor();
  await page.getByRole("button", { name: "Leave without completing" }).click();
  await page.getByText("You are not done yet").waitFor();
  expect(
    await page.getByRole("list", { name: "Our payment partner still asks for:" }).textContent(),
  ).toContain("Your bank account");
  await inspect(page, "get-paid-onboarding", ["phone", "narrow"]);
  await page.getByRole("button", { name: "Go on" }).click();
  await partner.waitFor();
  await page.getByRole("button", { name: "Complete onboarding" }).click();
  await page.getByText("You can be paid").waitFor();
  await inspect(page, "get-paid-ready", ["phone", "desktop"]);

  const order = await buy(mesh, buyer, await list(seller, "Evening of Ledgers", 4_509));
  await page.getByRole("link", { name: "Earnings" }).click();
  const row = page.getByRole("region", { name: "Earnings" }).getByRole("listitem");
  // The sale is recorded a moment after the order completes.
  while ((await row.count()) === 0) {
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Earnings" }).waitFor();
    await page.getByText(/No earnings yet|In total/).waitFor();
  }
  const told = await row.textContent();
  for (const part of ["Two rows from the stage", "€45.09 less our fee of €4.50", "It waits until", "€40.59"])
    expect(told).toContain(part);
  expect(await page.locator("dl").textContent()).toBe("Waiting€40.59Paid out€0.00");
  await inspect(page, "earnings", ["phone", "narrow", "desktop"]);

  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as a table (CSV)" }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe("earnings.csv");
  expect(await readFile(await file.path(), "utf8")).toContain(
    `"45.09","0.00","4.50","40.59","0.00","0.00","EUR"`,
  );

  await row.getByRole("link", { name: "Two rows from the stage" }).click();
  await page.getByText(order.id).waitFor();
  await expectAccessible(page);
});
