import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { Database } from "@ticketing/runtime/documents/database";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { endForEvent } from "./end-for-event.ts";
import { complete, type Order, open, openTicket } from "./order.ts";
import { type OrderStore, orderAggregate } from "./order-aggregate.ts";
import { createOrderFeed } from "./order-feed.ts";
import { createOrderLifecycleService } from "./order-lifecycle-service.ts";
import { markRefunded, refuseRefund, requestRefund } from "./order-refund.ts";
import { createOrderService } from "./order-service.ts";

const HOUR = 3_600_000;
const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1, 0, minutes));
const buyer = { userId: "b" };

function paid(id = "o1"): Order {
  const event = { title: "e", venue: "v", city: "c", startTime: at(600) };
  const order = open(
    {
      ...{ _id: id, buyerId: "b", sellerId: "s", ticketId: "t", expireTime: at(15) },
      price: { minorUnits: 5, currency: "USD" },
      fee: 1,
      ticket: {
        ...{ title: "x", category: Category.CONCERT, event, sellerName: "S" },
        seat: { section: "", row: "", number: "" },
      },
    },
    at(0),
  );
  return complete(order, HOUR, at(1));
}

const refusal = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return reasonOf(error) ?? "fault";
  }
};

describe("a ticket that is opened", () => {
  const opened = () => openTicket(paid(), buyer, at(2));

  it("is a step of its order, once", () => {
    const order = opened();
    expect(order.ticketOpenedTime).toEqual(at(2));
    expect(order.history.at(-1)?.type).toBe("order_ticket_opened");
    expect(openTicket(order, buyer, at(3))).toBe(order);
  });

  it("cannot be given back without a reason", () => {
    expect(refusal(() => requestRefund(opened(), buyer, at(3)))).toBe("TICKET_OPENED");
  });

  it("is paid back when its event is cancelled, and when that refund has to be asked for again", () => {
    const asked = endForEvent(opened(), at(3));
    expect(asked.refundRequestedTime).toEqual(at(3));
    const refused = refuseRefund(asked, { reason: "refused_by_provider", decided: at(4) }, at(4));
    expect(requestRefund(refused, buyer, at(5)).refundRequestedTime).toEqual(at(5));
  });

  it("is the buyer's alone", () => {
    expect(refusal(() => openTicket(paid(), { userId: "s" }, at(2)))).toBe("NOT_YOUR_ORDER");
  });
});

describe("a ticket whose money is to go back", () => {
  const asked = () => requestRefund(paid(), buyer, at(2));
  const refused = (reason: "charge_disputed" | "refused_by_provider") =>
    refuseRefund(asked(), { reason, decided: at(3) }, at(3));

  it("is not opened, by request or by the end of its event", () => {
    expect(refusal(() => openTicket(asked(), buyer, at(3)))).toBe("REFUND_REQUESTED");
    expect(refusal(() => openTicket(endForEvent(paid(), at(2)), buyer, at(3)))).toBe("REFUND_REQUESTED");
    expect(refusal(() => openTicket(markRefunded(asked(), at(3)), buyer, at(4)))).toBe("ORDER_NOT_COMPLETE");
  });

  it("can be opened once the refund was refused, unless a bank decides about the money", () => {
    expect(openTicket(refused("refused_by_provider"), buyer, at(4)).ticketOpenedTime).toEqual(at(4));
    expect(refusal(() => openTicket(refused("charge_disputed"), buyer, at(4)))).toBe("REFUND_REQUESTED");
  });

  it("cannot be opened while it is asked for again", () => {
    const again = requestRefund(refused("refused_by_provider"), buyer, at(4));
    expect(refusal(() => openTicket(again, buyer, at(5)))).toBe("REFUND_REQUESTED");
  });
});

describe("opening a ticket and giving it back at the same time", () => {
  let database: Database;
  let orders: OrderStore;
  beforeAll(async () => {
    database = await openSpecDatabase();
    orders = await orderAggregate.store(database.db);
  }, 60_000);
  afterAll(() => database?.close());

  it("ends one way in each of 50 races, and both ways happen", async () => {
    const clock = () => at(5);
    const lifecycle = clientOf(
      OrderLifecycleService,
      createOrderLifecycleService({ orders, refundWindowMs: HOUR, clock }),
      { service: "deliveries" },
    );
    const tickets = clientOf(TicketLockService, {}, "nobody");
    const buyers = clientOf(
      OrderService,
      createOrderService({ orders, tickets, feed: createOrderFeed(orders.get), fees: new Map(), clock }),
      { user: "b" },
    );
    const outcomes = new Set<string>();
    for (let round = 0; round < 50; round++) {
      const orderId = randomUUID();
      await orders.insert(paid(orderId));
      const open = () => lifecycle.openTicket({ orderId, buyerId: "b" });
      const giveBack = () => buyers.requestRefund({ orderId });
      const calls = round % 2 ? [open(), giveBack()] : [giveBack(), open()].reverse();
      const answers = await Promise.all(calls.map((call) => call.then(() => "done", reasonOf)));
      const order = await orders.get(orderId);
      expect([order.ticketOpenedTime, order.refundRequestedTime].filter(Boolean)).toHaveLength(1);
      expect(answers).toEqual(
        order.ticketOpenedTime ? ["done", "TICKET_OPENED"] : ["REFUND_REQUESTED", "done"],
      );
      outcomes.add(order.ticketOpenedTime ? "opened" : "given back");
    }
    expect([...outcomes].sort()).toEqual(["given back", "opened"]);
  });
});
