import { expect, test } from "@jest/globals";
import { demoSignIns } from "@ticketing/launcher/seed";
import { inspect, signIn, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";

const browser = useBrowser();
const mesh = sharedMesh();

test("an account leads to all that is its own, and out, in every tab", async () => {
  const { signIn: person } = await newPerson(mesh, "Ada");
  const page = await browser.open(mesh, "/sign-in?from=/account");
  await signIn(page, person);
  await page.getByText(person.email).waitFor();
  expect(await page.getByRole("main").textContent()).toContain("Signed in asAda");
  expect(await page.getByText("Operator").count()).toBe(0);
  await inspect(page, "account", ["phone", "desktop"]);
  for (const [link, heading] of [
    ["My orders", "My orders"],
    ["My tickets for sale", "Your tickets for sale"],
    ["My sales", "My sales"],
  ]) {
    await page.getByRole("main").getByRole("link", { name: link, exact: true }).click();
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    await page.goBack();
  }

  const [orders, start] = [await page.context().newPage(), await page.context().newPage()];
  await orders.goto("/orders");
  await orders.getByRole("heading", { level: 1, name: "My orders" }).waitFor();
  await start.goto("/");
  await start.getByRole("link", { name: "Account" }).waitFor();
  await page.bringToFront();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").first().waitFor();
  await page.getByRole("heading", { level: 1, name: "Find your seat" }).waitFor();
  await start.getByRole("link", { name: "Sign in" }).waitFor();
  // What needs an account asks for one, and is there again afterwards.
  await orders.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await orders.bringToFront();
  await signIn(orders, person);
  await orders.getByRole("heading", { level: 1, name: "My orders" }).waitFor();
  await page.getByRole("link", { name: "Account" }).waitFor();
});

test("an operator's account says so, and leads to the operators' page", async () => {
  const operator = demoSignIns.find(({ email }) => email.startsWith("operator"));
  if (!operator) throw new Error("the demo data has no operator");
  const page = await browser.open(mesh, "/sign-in?from=/account", { size: "phone" });
  await signIn(page, operator);
  await page.getByText("Operator: can open the operations page").waitFor();
  await inspect(page, "account-operator", ["narrow"]);
  await page.getByRole("link", { name: "Operations" }).click();
  await page.getByRole("heading", { level: 1, name: "Operations" }).waitFor();
});
