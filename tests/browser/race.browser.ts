import { describe, expect, test } from "@jest/globals";
import { barrier } from "./barrier.ts";
import { expectAccessible, screenshot, useBrowser } from "./browser.ts";
import { cards, payWith, title } from "./paying.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { list } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();

describe("two buyers who want one ticket", () => {
  test("in two browsers, at the same moment: one gets it, the other is told until when to wait", async () => {
    const [seller, ...buyers] = await Promise.all([
      newPerson(mesh, "Sela"),
      newPerson(mesh, "Ada"),
      newPerson(mesh, "Ben"),
    ]);
    const ticket = await list(seller, "Evening of Elbows");
    const pages = await Promise.all(
      buyers.map((buyer) => browser.open(mesh, `/tickets/${ticket.id}`, { as: buyer })),
    );
    const buttons = pages.map((page) => page.getByRole("button", { name: "Buy for €45.00" }));
    await Promise.all(buttons.map((button) => button.waitFor()));
    // Neither call leaves before the other is there too.
    const bothAsk = barrier(pages.length);
    for (const page of pages) {
      await page.route("**/ticketing.orders.v1.OrderService/CreateOrder", async (route) => {
        await bothAsk();
        await route.continue();
      });
    }
    await Promise.all(buttons.map((button) => button.click()));
    const outcomes = await Promise.all(
      pages.map((page) =>
        Promise.race([
          page.waitForURL("**/checkout/*").then(() => "won" as const),
          page
            .getByText("Somebody is buying this ticket", { exact: true })
            .first()
            .waitFor()
            .then(() => "lost" as const),
        ]),
      ),
    );
    expect(outcomes.toSorted()).toEqual(["lost", "won"]);
    const [winner, loser] = outcomes[0] === "won" ? pages : pages.toReversed();
    if (!winner || !loser) throw new Error("there are two pages");
    await screenshot(loser, "ticket-lost-desktop");
    await expectAccessible(loser);
    await payWith(winner, cards.works);
    await title(winner, "The ticket is yours").waitFor();
    await loser.getByRole("complementary").getByText("This ticket is sold").waitFor();
    const orders = await Promise.all(buyers.map(({ orders }) => orders.listMyOrders({})));
    expect(orders.flatMap((answer) => answer.orders)).toHaveLength(1);
  });
});

describe("a price that changes between the page and the click", () => {
  test("is refused by the call itself and asked about, when no stream told of it", async () => {
    const [seller, buyer] = await Promise.all([newPerson(mesh, "Sela"), newPerson(mesh, "Bea")]);
    const ticket = await list(seller, "Evening of Markups");
    const page = await browser.open(mesh, "/", { as: buyer });
    // The page hears nothing: what it shows is what it read first.
    await page.route("**/ticketing.catalog.v1.CatalogService/WatchTickets", () => undefined);
    await page.goto(`/tickets/${ticket.id}`);
    const buy = page.getByRole("button", { name: "Buy for €45.00" });
    await buy.waitFor();
    await seller.tickets.updateTicket({
      ticketId: ticket.id,
      version: ticket.version,
      price: { minorUnits: 5_200n, currency: "EUR" },
    });
    const refused = page.waitForResponse((response) => response.url().endsWith("/CreateOrder"));
    await buy.click();
    await refused;
    const question = page.getByRole("dialog", { name: "The price has changed" });
    expect(await question.textContent()).toContain("It is €52.00 now.");
    expect((await buyer.orders.listMyOrders({})).orders).toEqual([]);
    await question.getByRole("button", { name: "Buy for €52.00" }).click();
    await page.waitForURL("**/checkout/*");
    await page.getByRole("button", { name: "Pay €52.00" }).waitFor();
  });
});
