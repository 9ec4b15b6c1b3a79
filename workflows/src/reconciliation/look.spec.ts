import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import {
  ListOrdersRequestSchema,
  OrderLifecycleService,
  type OrderRecordSchema,
} from "@ticketing/proto/orders/v1/order_lifecycle_service";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import {
  type IntentRecordSchema,
  IntentStatus,
  PaymentLifecycleService,
  type PaymentRecordSchema,
} from "@ticketing/proto/payments/v1/payment_lifecycle_service";
import { TicketLockService, type TicketRecordSchema } from "@ticketing/proto/tickets/v1/ticket_lock_service";
import type { RecordSelection } from "@ticketing/proto/type/v1/record_selection";
import { sources } from "./drift.ts";
import { createLooks, type Selection } from "./look.ts";

const everything: Selection = { since: 0, until: 1, pageToken: "" };
const price = { minorUnits: 4_500n, currency: "USD" };
const LONG = "x".repeat(101);

type Init<T extends DescMessage> = MessageInitShape<T>;
interface Books {
  orders: Init<typeof OrderRecordSchema>[];
  tickets: Init<typeof TicketRecordSchema>[];
  payments: Init<typeof PaymentRecordSchema>[];
  intents: Init<typeof IntentRecordSchema>[];
  /** What each service cannot tell. */
  unreadable: { id: string; problem: string }[];
  /** Ids that break whoever is asked for them. */
  poison: string[];
}

const validator = createValidator();

/** The services, with these books; each refuses what its contract refuses. */
function looksOver(given: Partial<Books>) {
  const { orders = [], tickets = [], payments = [], intents = [], unreadable = [], poison = [] } = given;
  const answer = <T>(all: T[], idOf: (one: T) => string | undefined, selection?: RecordSelection) => {
    const { kind } = validator.validate(
      ListOrdersRequestSchema,
      create(ListOrdersRequestSchema, { selection }),
    );
    if (kind !== "valid") throw new ConnectError("the selection is not valid", Code.InvalidArgument);
    if (selection?.selection.case !== "named") return { records: all, unreadable };
    const { ids } = selection.selection.value;
    if (ids.some((id) => poison.includes(id))) throw new ConnectError("it broke", Code.Internal);
    return {
      records: all.filter((one) => ids.includes(idOf(one) ?? "")),
      unreadable: unreadable.filter(({ id }) => ids.includes(id)),
    };
  };
  const transport = createRouterTransport(({ service }) => {
    service(OrderLifecycleService, {
      listOrders({ selection }) {
        const { records, unreadable } = answer(orders, ({ order }) => order?.id, selection);
        return { orders: records, unreadable };
      },
    });
    service(TicketLockService, {
      listTickets({ selection }) {
        const { records, unreadable } = answer(tickets, ({ ticket }) => ticket?.id, selection);
        return { tickets: records, unreadable };
      },
    });
    service(PaymentLifecycleService, {
      listPayments({ selection }) {
        const { records, unreadable } = answer(payments, ({ payment }) => payment?.id, selection);
        return { payments: records, unreadable };
      },
      listIntents({ selection }) {
        const { records, unreadable } = answer(intents, ({ id }) => id, selection);
        return { intents: records, unreadable };
      },
    });
  });
  return createLooks({
    orders: createClient(OrderLifecycleService, transport),
    tickets: createClient(TicketLockService, transport),
    payments: createClient(PaymentLifecycleService, transport),
  });
}

const complete = (id: string, changes: object = {}) => ({
  order: { id, ticketId: `t-${id}`, status: OrderStatus.COMPLETE, price, ...changes },
});
const sold = (id: string, changes: object = {}) => ({
  ticket: { id: `t-${id}`, price, ...changes },
  soldOrderId: id,
});
const captured = (id: string, changes: object = {}) => ({
  payment: {
    ...{ id, status: PaymentStatus.CAPTURED, amount: price, stripePaymentIntentId: `pi-${id}` },
    ...changes,
  },
});
const succeeded = (id: string, changes: object = {}) => ({
  ...{ id: `pi-${id}`, orderId: id, status: IntentStatus.SUCCEEDED, amount: 4_500n, currency: "USD" },
  ...{ amountReceived: 4_500n, ...changes },
});
/** The books of sales that all agree. */
const sales = (...ids: string[]): Books => ({
  orders: ids.map((id) => complete(id)),
  tickets: ids.map((id) => sold(id)),
  payments: ids.map((id) => captured(id)),
  intents: ids.map((id) => succeeded(id)),
  unreadable: [],
  poison: [],
});

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
    expect(new Set(seen.kinds)).toEqual(new Set(sources.map((source) => `RECORD_INVALID ${source} a`)));
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
      payments: createClient(PaymentLifecycleService, {
        ...away,
        unary: async () => Promise.reject(new ConnectError("away", Code.Unavailable)),
      }),
    });
    await expect(looks.payments({ ids: ["a"] }, 0)).rejects.toThrow("away");
  });
});
