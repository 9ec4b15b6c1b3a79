import { describe, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { eventually } from "../support/test-mesh.ts";
import { expectAccessible, expectNoSidewaysScroll, screenshot, useBrowser } from "./browser.ts";
import { atCheckout, cards, title } from "./paying.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { list } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();

interface Focused {
  name: string;
  outlined: boolean;
  covered: boolean;
}

const FOCUSED = `(() => {
  const element = document.activeElement;
  // A radio button lies, unseen, over what shows its focus.
  const marked = element.matches("input[type=radio]") ? element.nextElementSibling : element;
  const style = getComputedStyle(marked);
  const box = marked.getBoundingClientRect();
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
  return {
    name: (element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent).trim(),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    covered: !middle || !(marked.contains(middle) || middle.contains(marked) || element.contains(middle)),
  };
})()`;

/** Where the focus is, in words; fails when it cannot be seen there, once the page has come to rest. */
async function focused(page: Page): Promise<string> {
  let state: Focused | undefined;
  await eventually(async () => {
    state = (await page.evaluate(FOCUSED)) as Focused;
    return (state.outlined && !state.covered) || undefined;
  }, 3_000).catch(() => expect(state).toEqual({ name: state?.name, outlined: true, covered: false }));
  return state?.name ?? "";
}

/** Presses Tab until the focus is on what is called so; each stop on the way is seen. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let stops = 0; stops < 40; stops++) {
    await page.keyboard.press("Tab");
    const here = await focused(page);
    if (name.test(here)) return;
    passed.push(here);
  }
  throw new Error(`no ${name} among ${passed.join(" | ")}`);
}

describe("without a mouse", () => {
  test("one gets from the start page to the receipt, and sees the focus at every stop", async () => {
    const [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Kay")]);
    await list(seller, "Evening of Keys");
    const page = await browser.open(mesh);
    await page.getByRole("region", { name: "Events" }).getByRole("listitem").first().waitFor();
    // Until it is known that nobody has signed in, the same link is called Account.
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    const { keyboard } = page;
    await tabTo(page, /^Sign in$/);
    await keyboard.press("Enter");
    await title(page, "Sign in").waitFor();
    await tabTo(page, /^E-mail address/);
    await keyboard.type(buyer.signIn.email);
    await tabTo(page, /^Password/);
    await keyboard.type(buyer.signIn.password);
    await keyboard.press("Enter");
    await title(page, "Find your seat").waitFor();

    await tabTo(page, /^Search/);
    await keyboard.type("Evening of Keys");
    await page.getByText("1 event", { exact: true }).waitFor();
    await tabTo(page, /^Evening of Keys/);
    await keyboard.press("Enter");
    await title(page, "Evening of Keys").waitFor();
    // The tickets come apart from the title, and before they do Tab leads past their place.
    await page.getByRole("link", { name: /Row\sB/ }).waitFor();
    await tabTo(page, /Row\sB/);
    await keyboard.press("Enter");
    await page.getByRole("button", { name: "Buy for €45.00" }).waitFor();
    await tabTo(page, /^Buy for/);
    await keyboard.press("Enter");

    await page.getByLabel("Card number").waitFor();
    await tabTo(page, /^Card number/);
    await keyboard.type(cards.asksTheBank);
    await keyboard.press("Tab");
    await keyboard.type("1240");
    await keyboard.press("Tab");
    await keyboard.type("123");
    await tabTo(page, /^Pay €45\.00/);
    await keyboard.press("Enter");
    await page.getByRole("dialog", { name: "3-D Secure test page" }).waitFor();
    expect(await focused(page)).toBe("Complete authentication");
    await keyboard.press("Enter");
    await title(page, "The ticket is yours").waitFor();
    await tabTo(page, /^Print receipt$/);
  });

  test("a filter that goes as an answer comes leaves the focus to the one in its place", async () => {
    await list(await newPerson(mesh, "Sela"), "Evening of Filters");
    const page = await browser.open(mesh);
    const cities = page.getByRole("region", { name: "Cities" }).getByRole("button");
    await cities.nth(1).waitFor();
    const answered = Promise.withResolvers<void>();
    await page.route(/ListFacets/, async (route) => {
      await answered.promise;
      await route.continue();
    });
    await page.getByLabel("Search").fill("Evening of Filters");
    await page.getByText("1 event", { exact: true }).waitFor();
    await cities.last().focus();
    answered.resolve();
    await cities.nth(1).waitFor({ state: "detached" });
    expect(await focused(page)).toMatch(/^Graz/);
  });

  test("a question holds the focus, Escape closes it, and the focus is back where it was", async () => {
    const { page } = await atCheckout(browser, mesh, "Evening of Traps");
    const cancel = page.getByRole("button", { name: "Cancel order" });
    await cancel.focus();
    await page.keyboard.press("Enter");
    const question = page.getByRole("dialog", { name: "Cancel this order?" });
    await question.waitFor();
    for (let stop = 0; stop < 4; stop++) {
      await page.keyboard.press("Tab");
      // From its last button Tab leads to the browser's own controls, and the document has no focus then.
      const inside = await question.evaluate((dialog) => {
        const { activeElement, body } = dialog.ownerDocument;
        return activeElement === body || dialog.contains(activeElement);
      });
      expect(inside).toBe(true);
    }
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "detached" });
    expect(await cancel.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
  });
});

describe("enlarged to 200 %", () => {
  test("a desktop loses nothing of the way to the payment", async () => {
    const { page, ticket } = await atCheckout(browser, mesh, "Evening of Lenses", { size: "zoomed" });
    for (const path of ["/", `/tickets/${ticket.id}`, new URL(page.url()).pathname]) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    }
    await page.getByRole("button", { name: /^Pay / }).waitFor();
    await screenshot(page, "checkout-zoomed");
  });
});

describe("for visitors who prefer reduced motion", () => {
  test("nothing on the page moves for longer than a blink, also while it waits", async () => {
    const { page } = await atCheckout(browser, mesh, "Evening of Stillness");
    await page.getByRole("button", { name: "Cancel order" }).click();
    await page.getByRole("dialog").waitFor();
    const longest =
      await page.evaluate(`Math.max(0, ...[...document.querySelectorAll("*")].flatMap((element) => {
      const { animationDuration, transitionDuration } = getComputedStyle(element);
      return [animationDuration, transitionDuration].flatMap((list) => list.split(", ").map((each) => parseFloat(each)));
    }))`);
    expect(longest).toBeLessThanOrEqual(0.001);
  });
});
