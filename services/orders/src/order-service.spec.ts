import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import {
  CancellationReason,
  OrderStatus,
  RefundReason,
  RefundRefusalReason,
} from "@ticketing/proto/orders/v1/order";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { Category, TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import type { Database } from "@ticketing/runtime/documents/database";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf, rejectsEveryCall, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { type OrderStore, orderAggregate } from "./order-aggregate.ts";
import { createOrderFeed } from "./order-feed.ts";
import { createOrderLifecycleService } from "./order-lifecycle-service.ts";
import { orderMessage, orderState } from "./order-message.ts";
import { createOrderService } from "./order-service.ts";

const price = { minorUnits: 4_500n, currency: "USD" };
const minutes = (n: number) => n * 60_000;
let now: number;
let database: Database;
let orders: OrderStore;
/** What tickets answers; its calls are counted. */
let refusal: DomainError | undefined;
let locks: number;
/** The locks that were given back. */
let givenBack: { ticketId: string; orderId: string }[];
/** How long the answer of a granted lock is under way. */
let slow: number;
/** Runs before tickets answers that a lock is granted. */
let meanwhile: () => Promise<unknown>;
/** The id of the event that tickets are for; empty while it is not known. */
let eventId: string;
let as: (caller: SpecCaller) => ReturnType<typeof clientOf<typeof OrderService>>;
let lifecycle: (caller?: SpecCaller) => ReturnType<typeof clientOf<typeof OrderLifecycleService>>;

beforeAll(async () => {
  database = await openSpecDatabase();
  orders = await orderAggregate.store(database.db);
  const clock = () => new Date(now);
  const tickets = clientOf(
    TicketLockService,
    {
      unlockTicket({ ticketId, orderId, reason }) {
        expect(reason).toBe(TicketUnlockReason.NO_ORDER);
        givenBack.push({ ticketId, orderId });
        return {};
      },
      async lockTicket({ ticketId, expectedPrice }) {
        locks++;
        if (refusal) throw refusal;
        const others = meanwhile;
        meanwhile = async () => undefined;
        await others();
        const lock = { expireTime: timestampFromDate(new Date(now + minutes(15))) };
        now += slow;
        return {
          ticket: {
            id: ticketId,
            sellerId: "seller",
            sellerName: "Seller",
            title: "Jazz",
            category: Category.CONCERT,
            event: {
              eventId,
              title: "Jazz",
              venue: "Hall",
              city: "Oslo",
              startTime: timestampFromDate(new Date(now + 1e9)),
            },
            price: expectedPrice,
            lock,
          },
        };
      },
    },
    { service: "orders" },
  );
  const service = createOrderService({
    ...{ orders, tickets, clock, feed: createOrderFeed(orders.get) },
    fees: new Map([["USD", { basisPoints: 1_000, minimum: 50 }]]),
  });
  const ends = createOrderLifecycleService({ orders, refundWindowMs: minutes(60), clock });
  as = (caller) => clientOf(OrderService, service, caller);
  lifecycle = (caller = { service: "workflows" }) => clientOf(OrderLifecycleService, ends, caller);
}, 60_000);
afterAll(() => database?.close());
beforeEach(() => {
  now = Date.UTC(2030, 0, 1);
  refusal = undefined;
  locks = 0;
  givenBack = [];
  slow = 0;
  meanwhile = async () => undefined;
  eventId = "";
});

const buyer = { user: "buyer" };
const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);
const wish = () => ({ requestId: randomUUID(), ticketId: randomUUID(), expectedPrice: price });
async function opened() {
  const { order } = await as(buyer).createOrder(wish());
  if (!order) throw new Error("no order");
  return order;
}

describe("what a sale brings its seller", () => {
  it.each([
    ["the share", 4_500n, { fee: 450n, net: 4_050n }],
    ["the share, rounded down", 4_509n, { fee: 450n, net: 4_059n }],
    ["the minimum", 120n, { fee: 50n, net: 70n }],
    ["the minimum, and one cent is left", 51n, { fee: 50n, net: 1n }],
  ])("is quoted to whoever asks: less %s", async (_, minorUnits, quote) => {
    for (const caller of ["nobody", buyer] as const) {
      expect(await as(caller).quoteEarnings({ price: { minorUnits, currency: "USD" } })).toMatchObject(quote);
    }
  });

  it("is what the order of that price then keeps", async () => {
    const { fee, price } = await opened();
    expect((await as(buyer).quoteEarnings({ price })).fee).toBe(fee);
  });

  it("is not quoted for a price at which nothing is sold, nor in a currency that is not offered", async () => {
    const quoted = (minorUnits: bigint, currency: string) =>
      reason(as("nobody").quoteEarnings({ price: { minorUnits, currency } }));
    expect(await quoted(50n, "USD")).toBe("PRICE_TOO_LOW");
    expect(await quoted(4_500n, "EUR")).toBe("CURRENCY_NOT_OFFERED");
  });

  it("follows from the fees of the currencies that are offered, which everybody may read", async () => {
    expect(await as("nobody").listCurrencies({})).toMatchObject({
      currencies: [{ currency: "USD", feeBasisPoints: 1_000, feeMinimum: 50n, leastPrice: 51n }],
    });
  });
});

describe("orders that are overdue", () => {
  /** The ids of all pages of two. */
  async function overdue(before: number): Promise<string[]> {
    const ids: string[] = [];
    for (let pageToken = ""; ; ) {
      const dueBefore = timestampFromDate(new Date(before));
      const page = await lifecycle().listOverdueOrders({ dueBefore, pageSize: 2, pageToken });
      ids.push(...page.orders.map(({ order }) => order?.id ?? ""));
      if (!page.nextPageToken) return ids;
      pageToken = page.nextPageToken;
    }
  }

  it("are those that await payment though their deadline is over, earliest deadline first", async () => {
    await orders.collection.deleteMany({});
    const made: string[] = [];
    for (let n = 0; n < 6; n++) {
      made.push((await opened()).id);
      now += minutes(1);
    }
    const [first = "", ended = ""] = made;
    await lifecycle().cancelOrder({ orderId: ended, reason: CancellationReason.BUYER });
    expect(await overdue(now)).toEqual([]);
    now += minutes(30);
    expect(await overdue(now)).toEqual(made.filter((id) => id !== ended));
    const { expireTime } = await orders.get(first);
    expect(await overdue(expireTime.getTime())).toEqual([]);
    expect(await overdue(expireTime.getTime() + 1)).toEqual([first]);
  });

  it("are found by an index of the open orders alone", async () => {
    const open = { status: OrderStatus.AWAITING_PAYMENT, expireTime: { $lt: new Date(now) } };
    const plan = await orders.collection.find(open).sort({ expireTime: 1, _id: 1 }).explain();
    expect(JSON.stringify(plan.queryPlanner.winningPlan)).toContain("expireTime_1__id_1");
  });

  it("are listed for workflows alone", async () => {
    const dueBefore = timestampFromDate(new Date(now));
    const refused = lifecycle({ service: "payments" }).listOverdueOrders({ dueBefore });
    await expect(refused).rejects.toMatchObject({ code: Code.PermissionDenied });
  });
});

describe("buying", () => {
  it("opens an order at the price and the deadline of the lock", async () => {
    expect(await opened()).toMatchObject({
      status: OrderStatus.AWAITING_PAYMENT,
      price,
      sellerId: "seller",
      expireTime: timestampFromDate(new Date(now + minutes(15))),
    });
  });

  it("gives one order for the same request, and asks for no second lock once it is there", async () => {
    const request = wish();
    const answers = await Promise.all(Array.from({ length: 6 }, () => as(buyer).createOrder(request)));
    expect(new Set(answers.map(({ order }) => order?.id)).size).toBe(1);
    const before = locks;
    await as(buyer).createOrder(request);
    expect(locks).toBe(before);
  });

  it("refuses a used request_id for another ticket or price", async () => {
    const request = wish();
    await as(buyer).createOrder(request);
    const cheaper = { ...price, minorUnits: 1n };
    expect(await reason(as(buyer).createOrder({ ...request, ticketId: randomUUID() }))).toBe(
      "REQUEST_ID_REUSED",
    );
    expect(await reason(as(buyer).createOrder({ ...request, expectedPrice: cheaper }))).toBe(
      "REQUEST_ID_REUSED",
    );
  });

  it("gives a lock back whose request_id met another order meanwhile, and whatever an earlier call left", async () => {
    const request = wish();
    const other = { ...request, ticketId: randomUUID() };
    meanwhile = () => as(buyer).createOrder(request);
    expect(await reason(as(buyer).createOrder(other))).toBe("REQUEST_ID_REUSED");
    // The clock stands still: orders of one time are listed in no order.
    const mine = (await as(buyer).listMyOrders({ pageSize: 100 })).orders;
    expect(mine.some(({ ticketId }) => ticketId === other.ticketId)).toBe(false);
    const order = mine.find(({ ticketId }) => ticketId === request.ticketId);
    expect(order).toBeDefined();
    const lock = { ticketId: other.ticketId, orderId: order?.id };
    expect(givenBack).toEqual([lock]);
    expect(await reason(as(buyer).createOrder(other))).toBe("REQUEST_ID_REUSED");
    expect(givenBack).toEqual([lock, lock]);
    // The order's own lock is never among them, whatever price is named.
    const cheaper = { ...price, minorUnits: 1n };
    expect(await reason(as(buyer).createOrder({ ...request, expectedPrice: cheaper }))).toBe(
      "REQUEST_ID_REUSED",
    );
    const twice = wish();
    meanwhile = () => as(buyer).createOrder(twice);
    expect(await reason(as(buyer).createOrder(twice))).toBe("done");
    expect(givenBack).toHaveLength(2);
  });

  it("keeps the fee of the price that was locked, and tells it in the order and its event", async () => {
    const { id, fee } = await opened();
    expect(fee).toBe(450n);
    expect((await orders.get(id)).fee).toBe(450);
    expect(orderState(await orders.get(id)).fee).toBe(450n);
    const { fee: _, ...before } = await orders.get(id);
    expect(orderMessage(before).fee).toBe(0n);
    expect(orderState(before).fee).toBe(0n);
  });

  it.each([
    ["leaves its seller nothing", { minorUnits: 50n, currency: "USD" }, "PRICE_TOO_LOW"],
    ["is in a currency that is not offered", { minorUnits: 4_500n, currency: "EUR" }, "CURRENCY_NOT_OFFERED"],
  ])("opens no order, and leaves no lock, where the price %s", async (_, expectedPrice, refused) => {
    const request = { ...wish(), expectedPrice };
    expect(await reason(as(buyer).createOrder(request))).toBe(refused);
    expect(givenBack).toEqual([{ ticketId: request.ticketId, orderId: expect.any(String) }]);
    const { orders: mine } = await as(buyer).listMyOrders({ pageSize: 100 });
    expect(mine.filter(({ ticketId }) => ticketId === request.ticketId)).toEqual([]);
  });

  it("opens no order whose lock is over by then", async () => {
    const [late, later] = [wish(), wish()];
    for (const [request, takes] of [
      [late, minutes(15)],
      [later, minutes(20)],
    ] as const) {
      slow = takes;
      expect(await reason(as(buyer).createOrder(request))).toBe("LOCK_LAPSED");
      slow = 0;
    }
    const { orders: mine } = await as(buyer).listMyOrders({ pageSize: 100 });
    const unopened: string[] = [late.ticketId, later.ticketId];
    expect(mine.filter(({ ticketId }) => unopened.includes(ticketId))).toEqual([]);
    slow = minutes(15) - 1;
    expect(await reason(as(buyer).createOrder(wish()))).toBe("done");
  });

  it("passes on why tickets refuses, and leaves no order behind", async () => {
    const request = wish();
    refusal = new DomainError("TICKET_LOCKED", "held");
    expect(await reason(as(buyer).createOrder(request))).toBe("TICKET_LOCKED");
    refusal = undefined;
    expect(await reason(as(buyer).createOrder(request))).toBe("done");
  });
});

describe("an order", () => {
  it("is its buyer's and its seller's; only the buyer may cancel it or ask for a refund", async () => {
    const { id: orderId } = await opened();
    expect(await reason(as({ user: "seller" }).getOrder({ orderId }))).toBe("done");
    expect(await reason(as({ user: "stranger" }).getOrder({ orderId }))).toBe("NOT_YOUR_ORDER");
    for (const user of ["seller", "stranger"]) {
      expect(await reason(as({ user }).cancelOrder({ orderId }))).toBe("NOT_YOUR_ORDER");
      expect(await reason(as({ user }).requestRefund({ orderId }))).toBe("NOT_YOUR_ORDER");
    }
    const watching = async () => {
      for await (const _ of as({ user: "stranger" }).watchOrder({ orderId })) return;
    };
    expect(await reason(watching())).toBe("NOT_YOUR_ORDER");
    expect(await reason(as("nobody").getOrder({ orderId }))).toBe("UNAUTHENTICATED");
    expect(await reason(as(buyer).getOrder({ orderId: randomUUID() }))).toBe("ORDER_NOT_FOUND");
  });

  it("is watched for as long as the session lives, not longer", async () => {
    const { id: orderId } = await opened();
    const expireTime = new Date(Date.now() + 300);
    const seen: unknown[] = [];
    const watching = async () => {
      for await (const { order } of as({ ...buyer, expireTime }).watchOrder({ orderId }))
        seen.push(order?.id);
    };
    expect(await reason(watching())).toBe("TOKEN_EXPIRED");
    expect(seen).toEqual([orderId]);
    expect(Date.now()).toBeGreaterThanOrEqual(expireTime.getTime());
  });

  it("is ended by its workflow alone: a wish to cancel is only recorded", async () => {
    const { id: orderId } = await opened();
    const { order } = await as(buyer).cancelOrder({ orderId });
    expect(order).toMatchObject({ status: OrderStatus.AWAITING_PAYMENT });
    expect(order?.cancelRequestedTime).toBeDefined();
    await lifecycle().cancelOrder({ orderId, reason: CancellationReason.BUYER });
    expect(await reason(lifecycle().cancelOrder({ orderId, reason: CancellationReason.BUYER }))).toBe("done");
    expect(await reason(lifecycle().completeOrder({ orderId }))).toBe("ILLEGAL_TRANSITION");
  });

  it("can be refunded once complete, inside the window, and not after it", async () => {
    const [early, late] = [await opened(), await opened()];
    expect(await reason(as(buyer).requestRefund({ orderId: early.id }))).not.toBe("done");
    for (const { id: orderId } of [early, late]) await lifecycle().completeOrder({ orderId });
    now += minutes(60) - 1;
    expect(await reason(as(buyer).requestRefund({ orderId: early.id }))).toBe("done");
    now += 1;
    expect(await reason(as(buyer).requestRefund({ orderId: late.id }))).toBe("REFUND_WINDOW_CLOSED");
  });
});

describe("an order whose event is cancelled", () => {
  it("is to be cancelled before it is paid, and asked about until its lifecycle ended it", async () => {
    const { id: orderId } = await opened();
    const { handled, order } = await lifecycle().endForEvent({ orderId });
    expect(handled).toBe(false);
    expect(order).toMatchObject({
      status: OrderStatus.AWAITING_PAYMENT,
      cancelRequestedReason: CancellationReason.EVENT_CANCELLED,
    });
    const again = await lifecycle().endForEvent({ orderId });
    expect(again.order?.version).toBe(order?.version);
    await lifecycle().cancelOrder({ orderId, reason: CancellationReason.EVENT_CANCELLED });
    const ended = await lifecycle().endForEvent({ orderId });
    expect(ended).toMatchObject({
      handled: true,
      order: {
        status: OrderStatus.CANCELLED,
        cancelReason: "event_cancelled",
        cancellationReason: CancellationReason.EVENT_CANCELLED,
      },
    });
  });

  it("gives the money back long after the window, and a repeat changes nothing", async () => {
    const { id: orderId } = await opened();
    await lifecycle().completeOrder({ orderId });
    now += minutes(61);
    const { handled, order } = await lifecycle().endForEvent({ orderId });
    expect(handled).toBe(true);
    expect(order).toMatchObject({ status: OrderStatus.COMPLETE, refundReason: RefundReason.EVENT_CANCELLED });
    expect(order?.refundRequestedTime).toBeDefined();
    expect((await lifecycle().endForEvent({ orderId })).order?.version).toBe(order?.version);
  });
});

describe("the orders of an event", () => {
  const operator = { user: "operator", roles: ["operator"] };

  it("are counted by what is left to do for each, and without those of other events", async () => {
    await opened();
    eventId = randomUUID();
    const none = await as(operator).countEventOrders({ eventId });
    expect(none).toMatchObject({ awaitingPayment: 0n, paid: 0n, refundRefused: 0n, ended: 0n });
    const [unpaid, paid, refunded, refused, returned, lapsed] = await Promise.all(
      Array.from({ length: 6 }, async () => (await opened()).id),
    );
    for (const orderId of [paid, refunded, refused, returned]) await lifecycle().completeOrder({ orderId });
    await lifecycle().expireOrder({ orderId: lapsed });
    expect(await as(operator).countEventOrders({ eventId })).toMatchObject({
      ...{ awaitingPayment: 1n, paid: 4n, refundRefused: 0n, ended: 1n, endedForCancellation: 0n },
    });

    for (const orderId of [unpaid, paid, refunded, refused, returned, lapsed])
      await lifecycle().endForEvent({ orderId });
    await lifecycle().cancelOrder({ orderId: unpaid, reason: CancellationReason.EVENT_CANCELLED });
    for (const orderId of [refunded, returned]) await lifecycle().markRefunded({ orderId });
    await lifecycle().refuseRefund({ orderId: refused, reason: RefundRefusalReason.CHARGE_DISPUTED });
    // A bank may return a refund that was made: then its buyer has no money yet.
    await lifecycle().refuseRefund({ orderId: returned, reason: RefundRefusalReason.REFUND_FAILED });
    expect(await as(operator).countEventOrders({ eventId })).toMatchObject({
      ...{ awaitingPayment: 0n, paid: 1n, refundRefused: 2n, ended: 3n, endedForCancellation: 2n },
    });
  });

  it("are found by their index", async () => {
    const plan = await orders.collection.find({ "ticket.event.eventId": randomUUID() }).explain();
    expect(JSON.stringify(plan.queryPlanner.winningPlan)).toContain("ticket.event.eventId_1");
  });

  it("are counted for operators alone", async () => {
    expect(await reason(as(buyer).countEventOrders({ eventId: randomUUID() }))).toBe("ROLE_REQUIRED");
    expect(await reason(as("nobody").countEventOrders({ eventId: randomUUID() }))).toBe("UNAUTHENTICATED");
  });
});

describe("the lifecycle's API", () => {
  it("looks at who calls before it looks at what is asked, in every call", async () => {
    const answers = await rejectsEveryCall(OrderLifecycleService, lifecycle({ service: "catalog" }));
    expect(new Set(Object.values(answers))).toEqual(new Set(["SERVICE_NOT_ALLOWED"]));
    const { id: orderId } = await opened();
    const payments = lifecycle({ service: "payments" });
    expect(await reason(payments.readOrder({ orderId }))).toBe("done");
    expect(await reason(payments.cancelOrder({ orderId, reason: CancellationReason.BUYER }))).toBe(
      "SERVICE_NOT_ALLOWED",
    );
  });
});
