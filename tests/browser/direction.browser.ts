import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "@jest/globals";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Page } from "playwright-core";
import { inspect, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, lock } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();

/**
 * Finds what runs from right to left and is neither in an element that isolates it nor between the characters that do
 * (UAX 9): it would turn the digits, commas and words of ours around it.
 */
const FIND_LOOSE = `(() => {
  const strong = /[\\u0590-\\u08ff]/;
  const bare = (text) => strong.test(text.replace(/\\u2068[^\\u2069]*\\u2069/g, ""));
  const loose = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("script,style,bdi,[dir=auto]")) continue;
    if (bare(node.data)) loose.push(node.parentElement.outerHTML);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const name of ["aria-label", "alt", "title", "placeholder"]) {
      if (bare(element.getAttribute(name) ?? "")) loose.push(name + ": " + element.outerHTML);
    }
    if (strong.test(element.value ?? "") && element.dir !== "auto" && element.tagName === "INPUT")
      loose.push(element.outerHTML);
  }
  if (bare(document.title)) loose.push("document.title: " + document.title);
  return { loose, found: strong.test(document.body.textContent) };
})()`;

async function expectIsolated(page: Page, path: string, written: string): Promise<void> {
  await page.goto(path);
  await page.getByText(written).first().waitFor();
  const { loose, found } = (await page.evaluate(FIND_LOOSE)) as { loose: string[]; found: boolean };
  expect({ path, loose, found }).toEqual({ path, loose: [], found: true });
}

test("what sellers write from right to left turns nothing around it, wherever it is shown", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "דנה 7"), newPerson(mesh, "سلمى")]);
  const title = `مساء الأوتار ${randomUUID().slice(0, 8)}`;
  const startTime = timestampFromDate(new Date(Date.now() + 20 * 24 * 3_600_000));
  const listed = async (seat: string) => {
    const { ticket } = await seller.tickets.createTicket({
      requestId: randomUUID(),
      title: "שורה שנייה, 2",
      category: Category.CONCERT,
      event: {
        title,
        venue: "مسرح 12",
        city: "القاهرة",
        startTime,
      },
      seat: { section: "يسار", row: "ב", number: seat },
      price: { minorUnits: 4_500n, currency: "EUR" },
    });
    if (!ticket) throw new Error("a listing answers with its ticket");
    return ticket;
  };
  const [free, held, sold] = [await listed("١"), await listed("٢"), await listed("٣")];
  const [holding, bought] = [await lock(buyer, held), await buy(mesh, buyer, sold)];

  const theirs = await browser.open(mesh, "/account", { size: "phone", as: buyer });
  await expectIsolated(theirs, "/account", "سلمى");
  const query = encodeURIComponent(title);
  await expectIsolated(theirs, `/?q=${query}`, title);
  await expectIsolated(theirs, `/?q=${query}&view=tickets`, title);
  await theirs.goto(`/?q=${query}`);
  await theirs.getByRole("main").getByRole("link", { name: title }).click();
  await theirs.getByRole("heading", { level: 1, name: title }).waitFor();
  await expectIsolated(theirs, new URL(theirs.url()).pathname, title);
  await expectIsolated(theirs, `/tickets/${free.id}`, title);
  await inspect(theirs, "ticket-right-to-left", ["phone", "desktop"]);
  await expectIsolated(theirs, `/checkout/${holding.id}`, title);
  await expectIsolated(theirs, `/checkout/${bought.id}`, title);
  await expectIsolated(theirs, "/orders", title);
  await expectIsolated(theirs, `/orders/${bought.id}`, title);

  const own = await browser.open(mesh, "/account", { as: seller });
  await expectIsolated(own, "/account", "דנה 7");
  await expectIsolated(own, "/sell", title);
  await expectIsolated(own, "/sales", title);
  await expectIsolated(own, `/sell/${free.id}`, title);
  await expectIsolated(own, `/sell/${sold.id}`, title);
  await expectIsolated(own, `/sell/new?like=${free.id}`, title);
});
