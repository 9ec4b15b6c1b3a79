import { expect, test } from "@jest/globals";
import { AuditAction } from "@ticketing/proto/operations/v1/audit_entry";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { Page } from "playwright-core";
import { retry } from "../support/stories.ts";
import { inspect, type OpenOptions, useBrowser } from "./browser.ts";
import { firstOperator, secondOperator } from "./operators.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, list } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();

async function openDecisions(signIn = firstOperator, options: OpenOptions = {}): Promise<Page> {
  const page = await browser.open(mesh, "/operations", { ...options, as: { signIn } });
  await page.getByRole("link", { name: "Users and listings" }).click();
  await page.getByRole("heading", { level: 1, name: "Users and listings" }).waitFor();
  return page;
}

test("an operator suspends a user and takes a listing down, each with a reason, and finds both in the log", async () => {
  const seller = await newPerson(mesh, "Petra");
  const [one, other] = [await list(seller, "Evening of Copies"), await list(seller, "Evening of Copies")];
  const statusOf = async (ticketId: string) =>
    (await seller.tickets.getTicket({ ticketId })).ticket?.status ?? TicketStatus.UNSPECIFIED;
  const becomes = async (ticketId: string, status: TicketStatus) => {
    while ((await statusOf(ticketId)) !== status) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const page = await openDecisions();
  const users = page.getByRole("region", { name: "Find a user" });
  await users.getByLabel("User id or e-mail address").fill(seller.userId);
  await users.getByRole("button", { name: "Find" }).click();
  await users.getByRole("heading", { level: 3, name: seller.displayName }).waitFor();

  const suspend = users.getByRole("button", { name: "Suspend this user" });
  await suspend.click();
  await users.getByText("Please say why").waitFor();
  await inspect(page, "operators-decisions", ["phone", "desktop"]);
  await users.getByLabel("Reason").fill("sold a ticket twice");
  await suspend.click();
  await users.getByText("sold a ticket twice").waitFor();
  await becomes(one.id, TicketStatus.WITHDRAWN);
  await users.getByLabel("Reason").fill("it was a mistake");
  await users.getByRole("button", { name: "Reinstate this user" }).click();
  await becomes(one.id, TicketStatus.AVAILABLE);

  const takeDown = page.getByRole("region", { name: "Take a listing down" });
  await takeDown.getByLabel("Ticket id").fill(other.id);
  await takeDown.getByLabel("Reason").fill("a copy");
  await takeDown.getByRole("button", { name: "Take a listing down" }).click();
  await page.getByText("The listing is taken down.").first().waitFor();
  expect(await statusOf(other.id)).toBe(TicketStatus.WITHDRAWN);

  await users.getByRole("link", { name: "What operators did" }).click();
  await page.getByRole("heading", { level: 1, name: "What operators did" }).waitFor();
  const acts = page.getByRole("listitem");
  await acts.filter({ hasText: "User reinstated" }).filter({ hasText: "it was a mistake" }).waitFor();
  await acts.filter({ hasText: "User suspended" }).filter({ hasText: "sold a ticket twice" }).waitFor();
  expect(await acts.filter({ hasText: "Listing taken down" }).count()).toBe(0);
  await inspect(page, "operators-log", ["phone", "desktop"]);
});

test("an operator freezes an earning at once; above a limit it takes another one to free it", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Igor"), newPerson(mesh, "Bea")]);
  const order = await buy(mesh, buyer, await list(seller, "Evening of Ice", 90_000));
  await retry(() => seller.payouts.getEarning({ orderId: order.id }));
  const page = await openDecisions();
  const frozenOn = (shown: Page) =>
    shown.getByRole("region", { name: "Frozen by hand" }).getByRole("listitem").filter({ hasText: order.id });
  const ask = async (name: string, reason: string) => {
    const form = page.getByRole("region", { name });
    await form.getByLabel("Order id").fill(order.id);
    await form.getByLabel("Reason").fill(reason);
    await form.getByRole("button", { name }).click();
  };
  await ask("Freeze an earning", "a warning of the police");
  await frozenOn(page).getByText("a warning of the police").waitFor();
  expect(await page.getByText("Please say why").count()).toBe(0);
  await frozenOn(page).getByText("€810.00").waitFor();
  await ask("Free an earning", "it was a mistake");
  await page.getByText("It stays frozen until another operator agrees.").first().waitFor();
  await frozenOn(page).getByText("Another operator has to agree to your proposal.").waitFor();
  expect(await frozenOn(page).getByRole("button").count()).toBe(0);
  await inspect(page, "operators-frozen", ["phone", "desktop"]);

  const second = await secondOperator(mesh);
  const other = await openDecisions(second.signIn);
  await frozenOn(other).getByText("it was a mistake").waitFor();
  await frozenOn(other).getByRole("button", { name: "Agree to free it" }).click();
  const dialog = other.getByRole("dialog", { name: "Agree to free this earning?" });
  await dialog.getByRole("button", { name: "Agree to free it" }).click();
  await other.getByText("The earning is free.").first().waitFor();
  // The page of the first reads it by itself.
  await frozenOn(page).waitFor({ state: "detached" });

  const acts = await retry(async () => {
    const { entries } = await second.operations.listAuditLog({ subjectId: order.id });
    return entries.length === 4 ? entries : undefined;
  });
  expect(acts.map(({ action, operatorId }) => [action, operatorId === second.userId])).toEqual([
    [AuditAction.EARNING_UNFREEZE_AGREED, true],
    [AuditAction.EARNING_UNFROZEN, false],
    [AuditAction.EARNING_UNFREEZE_PROPOSED, false],
    [AuditAction.EARNING_FROZEN, false],
  ]);
});
