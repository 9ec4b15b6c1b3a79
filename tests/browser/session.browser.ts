import { describe, expect, test } from "@jest/globals";
import { barrier } from "./barrier.ts";
import { expectAccessible, screenshot, signIn, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";

/** The cookie with the access token; the mesh's port is in its name. */
const ACCESS_COOKIE = /^session-\d+$/;
const browser = useBrowser();
const mesh = sharedMesh();

describe("signing in", () => {
  test("says what is wrong with what was typed, by the rules of the contract, and keeps it", async () => {
    const page = await browser.open(mesh, "/sign-up", { size: "phone" });
    await page.getByLabel("E-mail address").fill("nobody");
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByText("At least 8 characters, please.").waitFor();
    await page.getByText("Please enter an e-mail address, such as name@example.com.").waitFor();
    await expectAccessible(page);
    await screenshot(page, "sign-up-errors-phone");
    expect(await page.evaluate("document.activeElement.name")).toBe("displayName");
    expect(await page.getByLabel("E-mail address").inputValue()).toBe("nobody");
  });

  test("with a wrong password says so in plain words", async () => {
    const person = await newPerson(mesh, "Wim");
    const page = await browser.open(mesh, "/sign-in");
    await signIn(page, { ...person.signIn, password: "not the password" });
    await page.getByText("The e-mail address or the password is wrong.").waitFor();
    await expectAccessible(page);
  });
});

describe("a session", () => {
  test("whose access has run out is renewed without a word", async () => {
    const person = await newPerson(mesh, "Rena");
    const page = await browser.open(mesh, "/sign-in?from=/account");
    await signIn(page, person.signIn);
    await page.getByText(person.signIn.email).waitFor();
    await page.context().clearCookies({ name: ACCESS_COOKIE });
    await page.reload();
    await page.getByText(person.signIn.email).waitFor();
    await screenshot(page, "account-desktop");
    await expectAccessible(page);
  });

  test("is renewed by two tabs at once, and goes on in both", async () => {
    const person = await newPerson(mesh, "Tom");
    const page = await browser.open(mesh, "/account", { as: person });
    const other = await page.context().newPage();
    await other.goto("/account");
    for (const tab of [page, other]) await tab.getByText(person.signIn.email).waitFor();
    await page.context().clearCookies({ name: ACCESS_COOKIE });
    const renewals: string[] = [];
    page.context().on("response", (response) => {
      if (response.url().endsWith("/RefreshSession")) renewals.push(response.url());
    });
    // Both are refused before either renews.
    const bothAsk = barrier(2);
    await page.context().route("**/ticketing.auth.v1.AuthService/GetCurrentUser", async (route) => {
      await bothAsk();
      await route.continue();
    });
    await Promise.all([page.reload(), other.reload()]);
    for (const tab of [page, other]) await tab.getByText(person.signIn.email).waitFor();
    expect(renewals).toHaveLength(1);
    await page.reload();
    await page.getByText(person.signIn.email).waitFor();
  });

  test("that ends in one tab ends in the other", async () => {
    const person = await newPerson(mesh, "Tia");
    const page = await browser.open(mesh, "/sign-in?from=/account");
    await signIn(page, person.signIn);
    await page.getByText(person.signIn.email).waitFor();
    const other = await page.context().newPage();
    await other.goto("/");
    await other.getByRole("link", { name: "Account" }).waitFor();
    await page.bringToFront();
    await page.getByRole("button", { name: "Sign out" }).click();
    await other.getByRole("link", { name: "Sign in" }).waitFor();
  });
});

test("an address with a slash behind, or in capitals, asks to sign in, too", async () => {
  for (const path of ["/orders/", "/Sell"]) {
    const page = await browser.open(mesh, path);
    await page.waitForURL("**/sign-in**");
  }
});

test("who leaves a screen before it is known that they are not signed in goes on to where they wanted", async () => {
  const page = await browser.open(mesh, "/sign-in");
  const [session, screen] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await page.route("**/ticketing.auth.v1.AuthService/*", async (route) => {
    await session.promise;
    await route.continue();
  });
  await page.route("**/assets/browse-screen*", async (route) => {
    await screen.promise;
    await route.continue();
  });
  await page.goto("/sell");
  const answered = page.waitForResponse("**/ticketing.auth.v1.AuthService/*");
  await page.getByRole("link", { name: "Browse" }).click();
  session.resolve();
  await answered;
  // In the header: that nobody is signed in is known by now.
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  screen.resolve();
  await page.getByRole("heading", { level: 1, name: "Find your seat" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/");
});

test("a session that ends under a screen is asked for again, over the screen, which goes on afterwards", async () => {
  const person = await newPerson(mesh, "Enno");
  const page = await browser.open(mesh, "/sign-in");
  await signIn(page, person.signIn);
  await page.getByRole("region", { name: "Events" }).getByRole("link").first().click();
  await page
    .getByRole("region", { name: "Tickets" })
    .getByRole("link")
    .filter({ hasText: "Available" })
    .last()
    .click();
  const buy = page.getByRole("button", { name: /^Buy for/ });
  await buy.waitFor();
  await page.context().clearCookies();
  await buy.click();
  const dialog = page.getByRole("dialog", { name: "Please sign in again" });
  await dialog.waitFor();
  await expectAccessible(page);
  await screenshot(page, "session-ended-desktop");
  expect(await dialog.getByLabel("E-mail address").inputValue()).toBe(person.signIn.email);
  await dialog.getByLabel("Password").fill(person.signIn.password);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.waitFor({ state: "detached" });
  await buy.click();
  await page.waitForURL("**/checkout/*");
});

test("an offline visitor sees a message, and another one when it is over", async () => {
  const page = await browser.open(mesh);
  await page.getByRole("region", { name: "Events" }).getByRole("listitem").first().waitFor();
  await page.context().setOffline(true);
  await page.getByText("You are offline.").waitFor();
  await page.context().setOffline(false);
  await page.getByText("Connected again.").waitFor();
});

test("an address that leads nowhere offers a way on", async () => {
  const page = await browser.open(mesh, "/nowhere");
  await page.getByRole("heading", { name: "This page does not exist" }).waitFor();
  await expectAccessible(page);
  await page.getByRole("link", { name: "See what is on" }).click();
  await page.getByRole("heading", { name: "Find your seat" }).waitFor();
});

describe("filters", () => {
  test("stand in the address, which shows the same to somebody else", async () => {
    const page = await browser.open(mesh);
    const events = page.getByRole("region", { name: "Events" }).getByRole("listitem");
    await events.first().waitFor();
    await page.getByLabel("Theatre").check();
    await page.getByRole("heading", { name: "Filters (1)" }).waitFor();
    await page.getByLabel("City").fill("London");
    await page.waitForURL("**city=London**");
    await page.getByText("2 events").waitFor();
    await screenshot(page, "browse-filtered-desktop");
    await expectAccessible(page);
    const shared = await browser.open(mesh, page.url());
    await shared.getByText("2 events").waitFor();
    await shared.getByLabel("Search").fill("zzz nothing is called this");
    await shared.getByRole("heading", { name: "Nothing found" }).waitFor();
    await expectAccessible(shared);
  });
});
