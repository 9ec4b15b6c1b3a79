import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EventSchema } from "@ticketing/proto/events/v1/event";
import {
  type Order,
  OrderSchema,
  OrderStatus,
  RefundRefusalReason,
  type TicketSnapshotSchema,
} from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { silent as log } from "@ticketing/runtime/testing/service";
import { openPayoutWorld, type PayoutWorld } from "../testing/payout-world.ts";
import { beginTransfer, look, transferred } from "./earning.ts";
import { holdForRefund } from "./earning-refund.ts";
import { createEventEnds } from "./event-ends.ts";
import { onOrderEvent } from "./on-order-event.ts";
import { ensureEarning, followOrder, type SaleDependencies } from "./record-sale.ts";
import { createRelease } from "./release-due.ts";

const HOUR = 3_600_000;
const START = new Date(Date.UTC(2030, 5, 1, 20));
const at = (hours: number) => new Date(START.getTime() + hours * HOUR);
const requested = at(-10);

let world: PayoutWorld;
let deps: SaleDependencies;
/** What orders answers. */
let order: Order;
/** When events says that the event ends; undefined: it does not know it. */
let eventEnd: Date | undefined;
let orders = 0;
/** How often orders was asked. */
let asked = 0;

beforeAll(async () => {
  world = await openPayoutWorld();
  const directory = {
    findEvent: async () => {
      if (!eventEnd) throw new DomainError("EVENT_NOT_FOUND", "there is no such event");
      const event = create(EventSchema, { endTime: timestampFromDate(eventEnd) });
      return { $typeName: "ticketing.events.internal.v1.FindEventResponse", event } as const;
    },
  };
  deps = {
    earnings: world.earnings,
    orders: {
      readOrder: async () => {
        asked++;
        return { $typeName: "ticketing.orders.internal.v1.ReadOrderResponse", order } as const;
      },
    },
    eventEnds: createEventEnds({ directory, lengthMs: 12 * HOUR }),
    claimWindowMs: 48 * HOUR,
    clock: world.clock,
  };
}, 60_000);
afterAll(() => world?.close());

function begin(
  changes: {
    status?: OrderStatus;
    version?: bigint;
    ticket?: MessageInitShape<typeof TicketSnapshotSchema>;
  } = {},
): void {
  eventEnd = at(3);
  order = create(OrderSchema, {
    ...{ id: `sale-${++orders}`, sellerId: "seller", ticketId: "ticket", status: OrderStatus.COMPLETE },
    ...{ price: { minorUnits: 12_500n, currency: "USD" }, fee: 1_250n },
    ticket: {
      title: "Night",
      event: { title: "Night", startTime: timestampFromDate(START), eventId: "event" },
    },
    ...changes,
  });
}

const news = (transition: "orderCompleted" | "orderTicketOpened" = "orderCompleted", isNews = false) => {
  const { id, status, version } = order;
  const event = { id, transition: { case: transition, value: {} }, state: { status, version } } as const;
  return onOrderEvent(deps)({ payload: toBinary(OrderEventSchema, create(OrderEventSchema, event)), isNews });
};
const earning = () => world.earnings.get(order.id);

describe("a sale", () => {
  it("is held until the event has ended and the time for complaints too, with the fee of the order", async () => {
    begin();
    await news();
    await news();
    expect(await earning()).toMatchObject({
      ...{ status: EarningStatus.HELD, holdReason: EarningHoldReason.EVENT, releaseTime: at(51), version: 1 },
      ...{ sellerId: "seller", ticketId: "ticket", title: "Night", fee: 1_250 },
      price: { minorUnits: 12_500, currency: "USD" },
    });
  });

  it("of an event whose end nobody knows is held as long as events last at most", async () => {
    begin();
    eventEnd = undefined;
    await news();
    expect((await earning()).releaseTime).toEqual(at(60));
    begin({ ticket: { title: "Night", event: { startTime: timestampFromDate(START) } } });
    await news();
    expect((await earning()).releaseTime).toEqual(at(60));
  });

  it.each([OrderStatus.AWAITING_PAYMENT, OrderStatus.CANCELLED, OrderStatus.EXPIRED])(
    "is none while, or if, the order is %s",
    async (status) => {
      begin({ status });
      await news();
      expect(await world.earnings.find(order.id)).toBeNull();
      await expect(ensureEarning(deps, order.id)).rejects.toMatchObject({ reason: "ORDER_NOT_COMPLETE" });
    },
  );

  it("moves with its event", async () => {
    begin();
    await news();
    eventEnd = at(27);
    await news();
    expect(await earning()).toMatchObject({ releaseTime: at(75), dueTime: at(75) });
  });

  it("follows the newest end of its event, whichever of two handlers writes last", async () => {
    begin();
    await news();
    const hasRead = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let reads = 0;
    const slowEnds: SaleDependencies["eventEnds"] = async (event) => {
      const end = await deps.eventEnds(event);
      if (++reads > 1) return end;
      hasRead.resolve();
      await gate.promise;
      return end;
    };
    eventEnd = at(27);
    const slow = followOrder({ ...deps, eventEnds: slowEnds }, order.id);
    await hasRead.promise;
    eventEnd = at(40);
    await news();
    gate.resolve();
    await slow;
    expect(await earning()).toMatchObject({ releaseTime: at(88), dueTime: at(88) });
  });

  it("whose ticket is opened asks nobody, unless something else may have happened to it", async () => {
    begin({ version: 2n });
    await news();
    const before = asked;
    order.version = 3n;
    await news("orderTicketOpened");
    expect(asked).toBe(before);
    eventEnd = at(27);
    order.version = 4n;
    await news("orderTicketOpened", true);
    expect(asked).toBe(before);
    await news("orderTicketOpened");
    expect(await earning()).toMatchObject({ releaseTime: at(75) });
  });

  it("whose ticket was opened before anybody heard of it is held", async () => {
    begin({ version: 3n });
    await news("orderTicketOpened");
    expect((await earning()).status).toBe(EarningStatus.HELD);
  });

  it("that is refunded before anybody heard of it ends reversed", async () => {
    begin({ status: OrderStatus.REFUNDED });
    await news();
    expect(await earning()).toMatchObject({ status: EarningStatus.REVERSED });
    expect((await earning()).entries.map(({ fact }) => fact)).toEqual(["sale", "refund"]);
  });
});

describe("a refund that was refused", () => {
  const refused = (refundRefusalReason: RefundRefusalReason) => ({
    refundRequestedTime: timestampFromDate(requested),
    refundRefusalReason,
  });
  const announce = (time: Date) =>
    world.earnings.update(order.id, (current) => holdForRefund(current, time, world.clock()));

  it("since the charge is disputed lets the earning go on: the workflow waits for the dispute", async () => {
    begin();
    await news();
    await announce(requested);
    Object.assign(order, refused(RefundRefusalReason.CHARGE_DISPUTED));
    await news();
    expect((await earning()).holdReason).toBe(EarningHoldReason.EVENT);
  });

  it("since the charge is disputed lets the earning move with its event", async () => {
    begin();
    await news();
    await announce(requested);
    Object.assign(order, refused(RefundRefusalReason.CHARGE_DISPUTED));
    await news();
    eventEnd = at(27);
    await news();
    expect(await earning()).toMatchObject({ releaseTime: at(75), dueTime: at(75) });
  });

  it("leaves another one alone that was announced since", async () => {
    begin();
    await news();
    await announce(at(-9));
    Object.assign(order, refused(RefundRefusalReason.CHARGE_DISPUTED));
    await news();
    expect((await earning()).holdReason).toBe(EarningHoldReason.REFUND);
  });

  it("by the provider keeps the earning for an operator", async () => {
    begin();
    await news();
    await announce(requested);
    Object.assign(order, refused(RefundRefusalReason.REFUSED_BY_PROVIDER));
    await news();
    expect((await earning()).holdReason).toBe(EarningHoldReason.REFUND);
  });
});

describe("what is due", () => {
  it("is released, a few at a time, and what is not due stays", async () => {
    const due: string[] = [];
    for (let n = 0; n < 5; n++) {
      begin();
      await news();
      due.push(order.id);
      const past = new Date(world.clock().getTime() - 1000 * (10 - n));
      await world.earnings.update(order.id, (one) => ({ ...one, dueTime: past, version: one.version + 1 }));
    }
    const release = createRelease({ earnings: world.earnings, rate: 2, clock: world.clock, log });
    const statuses = async () =>
      Promise.all(due.map(async (id) => EarningStatus[(await world.earnings.get(id)).status]));
    await release();
    expect(await statuses()).toEqual(["RELEASED", "RELEASED", "HELD", "HELD", "HELD"]);
    const elsewhere = createRelease({ earnings: world.earnings, rate: 1, clock: world.clock, log });
    await elsewhere();
    expect(await statuses()).toEqual(["RELEASED", "RELEASED", "RELEASED", "HELD", "HELD"]);
    // What was released elsewhere meanwhile does not count.
    await release();
    expect(await statuses()).toEqual(due.map(() => "RELEASED"));
    begin();
    await news();
    await release();
    expect((await earning()).status).toBe(EarningStatus.HELD);
  });

  it("is what is owed too, once the buyer has the money", async () => {
    begin();
    await news();
    const far = at(1_000);
    const facts = { accountId: "acct_1", chargeId: "ch_1" };
    const paid = await world.earnings.update(order.id, (one) => beginTransfer(look(one, far), facts, far));
    await world.earnings.update(order.id, (one) => transferred(one, "tr_1", far), paid);
    await world.earnings.update(order.id, (one) => holdForRefund(one, requested, far));
    expect(await world.earnings.due(world.clock(), 100)).not.toContain(order.id);
    order.status = OrderStatus.REFUNDED;
    await news();
    expect(await world.earnings.due(world.clock(), 100)).toContain(order.id);
  });
});
