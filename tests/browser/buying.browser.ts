import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { everySize, expectAccessible, expectNoSidewaysScroll, screenshot, useBrowser } from "./browser.ts";
import { sharedMesh } from "./shared-mesh.ts";

const browser = useBrowser();
const mesh = sharedMesh();

async function signUp(page: Page, name: string): Promise<void> {
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("main").getByRole("link", { name: "Create account" }).click();
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail address").fill(`${randomUUID()}@example.com`);
  await page.getByLabel("Password").fill(randomUUID());
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("link", { name: "Account", exact: true }).waitFor();
}

describe("a first-time visitor", () => {
  test.each(everySize)(
    "reaches a locked ticket in three interactions from the start page (%s)",
    async (size) => {
      const page = await browser.open(mesh, "/", { size });
      await signUp(page, "Nia Newcomer");
      await page.getByRole("heading", { name: "Find your seat" }).waitFor();
      const events = page.getByRole("region", { name: "Events" }).getByRole("listitem");
      await events.first().waitFor();
      await screenshot(page, `browse-${size}`);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);

      await events.first().getByRole("link").click();
      const tickets = page.getByRole("region", { name: "Tickets" }).getByRole("link");
      await tickets.first().waitFor();
      await screenshot(page, `event-${size}`);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);

      await tickets.filter({ hasText: "Available" }).first().click();
      await page.getByRole("button", { name: /^Buy for/ }).waitFor();
      await screenshot(page, `ticket-${size}`);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);

      await page.getByRole("button", { name: /^Buy for/ }).click();
      await page.waitForURL("**/checkout/*");
      await page.getByRole("heading", { name: "Checkout" }).waitFor();
      await expect(page.getByRole("timer").textContent()).resolves.toMatch(/^1[45]:\d\d$/);
      await expectAccessible(page);
    },
  );
});
