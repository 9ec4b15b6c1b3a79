import { expect, test } from "@jest/globals";
import { demoSignIns } from "@ticketing/launcher/seed";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { Page } from "playwright-core";
import { inspect, type OpenOptions, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { list } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();

async function openDecisions(options: OpenOptions = {}): Promise<Page> {
  const operator = demoSignIns.find(({ email }) => email.startsWith("operator"));
  if (!operator) throw new Error("the demo data has no operator");
  const page = await browser.open(mesh, "/operations", { ...options, as: { signIn: operator } });
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
