import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { describe, expect, it } from "@jest/globals";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { type Books, captured, complete, sales, servicesOver, sold, succeeded } from "../../testing/books.ts";
import { sources } from "./drift.ts";
import { createLooks, type Selection } from "./look.ts";

const everything: Selection = { since: 0, until: 1, pageToken: "" };
const LONG = "x".repeat(101);
const looksOver = (books: Partial<Books>) => createLooks(servicesOver(books));

/** What all four looks see. */
async function lookAtAll(books: Partial<Books>) {
  const looks = looksOver(books);
  const seen = await Promise.all(sources.map((source) => looks[source](everything, 1_000)));
  return {
    kinds: seen.flatMap(({ drift }) => drift.map(({ kind, source, id }) => `${kind} ${source} ${id}`)),
    skipped: seen.flatMap(({ skipped = [] }) => skipped.map(({ source, id }) => `${source} ${id}`)),
  };
}

describe("a look", () => {
  it("sees nothing in books that agree", async () => {
    expect(await lookAtAll(sales("a", "b"))).toEqual({ kinds: [], skipped: [] });
  });

  it("sees an order that is overdue beside its ticket and its payment", async () => {
    const open = complete("o", { status: OrderStatus.AWAITING_PAYMENT });
    const books = { ...sales("o", "p"), orders: [open, complete("p")] };
    const seen = await looksOver(books).overdue({ dueBefore: 1, pageToken: "" }, 1_000);
    expect(seen).toMatchObject({
      compared: 1,
      drift: [{ kind: "ORDER_OVERDUE", source: "orders", id: "o" }],
    });
  });

  it.each<[string, Partial<Books>, string]>([
    [
      "a PaymentIntent of an order id of 101 characters",
      { intents: [succeeded(LONG, { id: "pi" })] },
      "intents pi",
    ],
    ["a ticket sold to such an order", { tickets: [sold(LONG, { id: "t" })] }, "tickets t"],
    ["an order of such a ticket", { orders: [complete("o", { ticketId: LONG })] }, "orders o"],
    ["an order of such an id", { orders: [complete(LONG)] }, `orders ${LONG}`],
    ["an order without an id", { orders: [complete("")] }, "orders "],
    ["a payment of such an id", { payments: [captured(LONG)] }, `payments ${LONG}`],
    [
      "a ticket whose price is negative",
      { tickets: [{ ticket: { id: "t", price: { minorUnits: -1n, currency: "USD" } } }] },
      "tickets t",
    ],
    [
      "a ticket of a currency that we do not take",
      { tickets: [{ ticket: { id: "t", price: { minorUnits: 5n, currency: "usdc" } } }] },
      "tickets t",
    ],
    ["a ticket without a price", { tickets: [{ ticket: { id: "t" } }] }, "tickets t"],
  ])("tells of %s, and of the others as if it were not there", async (_, odd, told) => {
    const good = sales("a", "b");
    const books = Object.fromEntries(
      sources.map((source) => [source, [...(odd[source] ?? []), ...good[source]]]),
    );
    expect(await lookAtAll(books)).toEqual({ kinds: [`RECORD_INVALID ${told}`], skipped: [] });
  });

  it("tells of a record that its service cannot tell, and says nothing of what names it", async () => {
    const books = sales("a", "b");
    const [, ...orders] = books.orders;
    const seen = await lookAtAll({ ...books, orders, unreadable: [{ id: "a", problem: "no price" }] });
    // Of a movement at Stripe payments says itself what its payment cannot be read for.
    const told = sources.filter((source) => source !== "movements");
    expect(new Set(seen.kinds)).toEqual(new Set(told.map((source) => `RECORD_INVALID ${source} a`)));
    expect(seen.skipped).toEqual(["tickets t-a", "payments a", "intents pi-a"]);
  });

  it("asks for each by itself where one breaks the answer for all", async () => {
    const books = { ...sales("a", "b", "c"), poison: ["b"] };
    const wrong = {
      ...books,
      payments: [captured("a", { status: PaymentStatus.VOIDED }), ...books.payments.slice(1)],
    };
    const seen = await lookAtAll(wrong);
    expect(seen.kinds).toContain("ORDER_UNPAID orders a");
    expect(seen.kinds.filter((kind) => !kind.includes("a"))).toEqual([]);
    expect(seen.skipped).toEqual(["orders b", "tickets t-b", "payments b", "intents pi-b"]);
    const again = await looksOver(wrong).orders({ ids: ["a", "b", LONG, ""] }, 1_000);
    expect(again.drift.map(({ id }) => id)).toEqual(["a"]);
    expect(again.skipped).toEqual([{ source: "orders", id: "b", reason: "[internal] it broke" }]);
  });

  it("is tried again as a whole while a service is away", async () => {
    const away = createRouterTransport(() => undefined);
    const looks = createLooks({
      orders: createClient(OrderLifecycleService, away),
      tickets: createClient(TicketLockService, away),
      payouts: createClient(PayoutLifecycleService, away),
      payments: createClient(PaymentLifecycleService, {
        ...away,
        unary: async () => Promise.reject(new ConnectError("away", Code.Unavailable)),
      }),
    });
    await expect(looks.payments({ ids: ["a"] }, 0)).rejects.toThrow("away");
  });
});
