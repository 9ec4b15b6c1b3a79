import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import { type TicketedEvent, ticketedEventInit } from "@ticketing/runtime/values/ticketed-event";
import { followEvent, onTicketEvent } from "./follow-event.ts";
import { complete, type Order, open } from "./order.ts";

const HOUR = 3_600_000;
const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1, 0, minutes));
const known: TicketedEvent = {
  ...{ title: "Jazz", venue: "Hall", city: "Oslo", startTime: at(600) },
  ...{ eventId: "e1", timeZone: "Europe/Oslo", cancelled: false },
};
const opened = () =>
  open(
    {
      ...{ _id: "o1", buyerId: "b", sellerId: "s", ticketId: "t", expireTime: at(15) },
      price: { minorUnits: 500, currency: "USD" },
      fee: 50,
      ticket: {
        ...{ title: "x", category: Category.CONCERT, sellerName: "S", event: known },
        seat: { section: "", row: "", number: "" },
      },
    },
    at(0),
  );
const paid = () => complete(opened(), HOUR, at(5));
const news = (changes: Partial<TicketedEvent>, version = 7) => ({ event: { ...known, ...changes }, version });
const follow = (order: Order, what: ReturnType<typeof news>) => followEvent(order, what, HOUR, at(6));

describe("an order whose event is moved", () => {
  it("has the new start and a step that says from when", () => {
    const moved = follow(paid(), news({ startTime: at(900), formerStartTime: at(600) }));
    expect(moved.ticket.event.startTime).toEqual(at(900));
    expect(moved.history.at(-1)).toMatchObject({
      type: "order_event_moved",
      data: { formerStartTime: at(600).toISOString() },
    });
  });

  it("keeps its price and its deadline", () => {
    const order = opened();
    const { price, expireTime, status } = follow(order, news({ startTime: at(10) }));
    expect({ price, expireTime, status }).toEqual({
      price: order.price,
      expireTime: order.expireTime,
      status: order.status,
    });
  });

  it.each([
    ["sooner: until then", at(30), at(30)],
    ["later: an hour from its completion", at(900), at(65)],
  ])("can be given back, %s", (_, startTime, until) => {
    const brief = complete(follow(opened(), news({ startTime: at(40) }, 6)), HOUR, at(5));
    expect(brief.refundableUntil).toEqual(at(40));
    expect(follow(brief, news({ startTime })).refundableUntil).toEqual(until);
  });

  it("does not go back to older news, nor take the same twice", () => {
    const moved = follow(paid(), news({ startTime: at(900) }));
    expect(follow(moved, news({ startTime: at(700) }, 6))).toBe(moved);
    expect(follow(moved, news({ startTime: at(900) }))).toBe(moved);
  });
});

it("what is found out of an event is no step of the order", () => {
  const order = paid();
  const told = follow(order, news({ cancelled: true }));
  expect(told.ticket.event.cancelled).toBe(true);
  expect(told.history).toEqual(order.history);
  expect(told.version).toBe(order.version + 1);
});

describe("the news of a ticket", () => {
  function handling(orders: Map<string, Order>) {
    const store = {
      find: async (id: string) => orders.get(id) ?? null,
      update: async (id: string, change: (order: Order) => Order | Promise<Order>) => {
        const next = await change(orders.get(id) as Order);
        orders.set(id, next);
        return next;
      },
    };
    return onTicketEvent({ orders: store as never, refundWindowMs: HOUR, clock: () => at(6) });
  }
  const payload = (orderId: string, lockExpireTime?: Date) =>
    toBinary(
      TicketEventSchema,
      create(TicketEventSchema, {
        id: "t",
        version: 7n,
        transition: { case: "ticketEventChanged", value: { orderId } },
        state: {
          id: "t",
          version: 7n,
          event: ticketedEventInit({ ...known, startTime: at(900), formerStartTime: at(600) }),
          ...(lockExpireTime && { lockExpireTime: timestampFromDate(lockExpireTime) }),
        },
      }),
    );

  it("reach the order that they name", async () => {
    const orders = new Map([["o1", paid()]]);
    await handling(orders)({ payload: payload("o1") });
    expect(orders.get("o1")?.ticket.event).toEqual({
      ...known,
      startTime: at(900),
      formerStartTime: at(600),
    });
  });

  it("wait for an order that is being opened, and for none whose lock is over", async () => {
    const handle = handling(new Map());
    await expect(handle({ payload: payload("o1", at(15)) })).rejects.toThrow("not there yet");
    await handle({ payload: payload("o1", at(6)) });
    await handle({ payload: payload("") });
  });

  it("are set aside when they have no state", async () => {
    const empty = toBinary(TicketEventSchema, create(TicketEventSchema, { id: "t" }));
    await expect(handling(new Map())({ payload: empty })).rejects.toThrow(PoisonEvent);
  });
});
