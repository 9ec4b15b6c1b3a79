import { describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { endForEvent, isHandledForEvent } from "./end-for-event.ts";
import { cancel, complete, expire, isFinal, type Order, open, openTicket, requestCancel } from "./order.ts";
import { orderMessage } from "./order-message.ts";
import type { RefundRefusal } from "./order-reasons.ts";
import {
  markRefunded,
  recordPartRefund,
  refundForCase,
  refuseRefund as refuse,
  requestRefund,
} from "./order-refund.ts";

const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1, 0, minutes));
const opened = () =>
  open(
    {
      _id: "o1",
      buyerId: "b",
      sellerId: "s",
      ticketId: "t",
      price: { minorUnits: 5, currency: "USD" },
      fee: 1,
      expireTime: at(15),
      ticket: {
        title: "x",
        category: Category.CONCERT,
        event: { title: "e", venue: "v", city: "c", startTime: at(600) },
        seat: { section: "", row: "", number: "" },
        sellerName: "S",
      },
    },
    at(0),
  );
const HOUR = 3_600_000;
const buyer = { userId: "b" };
const askToCancel = (order: Order, now: Date) => requestCancel(order, buyer, now);
const askForRefund = (order: Order, now: Date) => requestRefund(order, buyer, now);
const refuseRefund = (order: Order, reason: RefundRefusal, now: Date, decided = now) =>
  refuse(order, { reason, decided }, now);
const states: Record<string, () => Order> = {
  AWAITING_PAYMENT: opened,
  COMPLETE: () => complete(opened(), HOUR, at(1)),
  CANCELLED: () => cancel(opened(), "buyer", at(1)),
  EXPIRED: () => expire(opened(), at(16)),
  REFUNDED: () => markRefunded(complete(opened(), HOUR, at(1)), at(2)),
};
const commands: Record<string, (order: Order) => Order> = {
  complete: (order) => complete(order, HOUR, at(20)),
  cancel: (order) => cancel(order, "buyer", at(20)),
  expire: (order) => expire(order, at(20)),
  markRefunded: (order) => markRefunded(order, at(20)),
  requestCancel: (order) => askToCancel(order, at(20)),
  requestRefund: (order) => askForRefund(order, at(20)),
  openTicket: (order) => openTicket(order, buyer, at(20)),
};
const outcome = (work: () => Order): string => {
  try {
    return OrderStatus[work().status] ?? "";
  } catch (error) {
    return reasonOf(error) ?? "fault";
  }
};

describe("an order", () => {
  const no = "ILLEGAL_TRANSITION";
  const unpaid = "ORDER_NOT_COMPLETE";
  it.each([
    ["AWAITING_PAYMENT", ["COMPLETE", "CANCELLED", "EXPIRED", no, "AWAITING_PAYMENT", unpaid, unpaid]],
    ["COMPLETE", ["COMPLETE", no, no, "REFUNDED", "ORDER_ENDED", "COMPLETE", "COMPLETE"]],
    ["CANCELLED", [no, "CANCELLED", no, no, "CANCELLED", unpaid, unpaid]],
    ["EXPIRED", [no, no, "EXPIRED", no, "ORDER_ENDED", unpaid, unpaid]],
    ["REFUNDED", ["REFUNDED", no, no, "REFUNDED", "ORDER_ENDED", "REFUNDED", unpaid]],
  ])("that is %s answers every command by the table", (state, expected) => {
    const before = states[state];
    if (!before) throw new Error(state);
    expect(Object.values(commands).map((command) => outcome(() => command(before())))).toEqual(expected);
  });
  it("changes nothing when it already is what is asked for", () => {
    const done = complete(opened(), HOUR, at(1));
    expect(complete(done, HOUR, at(2))).toBe(done);
    const asked = askToCancel(opened(), at(1));
    expect(askToCancel(asked, at(2))).toBe(asked);
  });
  it("says in its timeline that a wish to cancel came after the sale", () => {
    const done = complete(askToCancel(opened(), at(1)), HOUR, at(2));
    expect(done.history.at(-1)).toMatchObject({
      type: "order_completed",
      data: { note: "cancel_requested_after_sale", completionNote: "cancel_requested_after_sale" },
    });
  });
  it("is refunded only inside the window, which ends when the event begins", () => {
    const done = complete(opened(), HOUR, at(1));
    expect(outcome(() => askForRefund(done, at(61)))).toBe("REFUND_WINDOW_CLOSED");
    expect(complete(opened(), 24 * HOUR, at(1)).refundableUntil).toEqual(at(600));
  });
  it("can change until its event begins: that may be cancelled", () => {
    const done = complete(opened(), HOUR, at(1));
    expect(isFinal(done, at(599))).toBe(false);
    expect(isFinal(done, at(600))).toBe(true);
    expect(isFinal(endForEvent(done, at(599)), at(600))).toBe(false);
  });
  it("keeps why a refund that was asked for cannot be made, and is refunded all the same once it can", () => {
    const asked = askForRefund(complete(opened(), HOUR, at(1)), at(2));
    const refused = refuseRefund(asked, "charge_disputed", at(3));
    expect(refused).toMatchObject({
      status: OrderStatus.COMPLETE,
      refundRefusedTime: at(3),
      refundRefusedReason: "charge_disputed",
    });
    expect(refused.history.at(-1)).toMatchObject({
      type: "order_refund_refused",
      data: { reason: "charge_disputed" },
    });
    expect(refuseRefund(refused, "charge_disputed", at(4))).toBe(refused);
    const refunded = markRefunded(refused, at(5));
    expect(refunded.status).toBe(OrderStatus.REFUNDED);
    // Its seller would read that the money was not given back.
    expect([refunded.refundRefusedTime, refunded.refundRefusedReason]).toEqual([undefined, undefined]);
    expect(refuseRefund(refunded, "refused_by_provider", at(6))).toBe(refunded);
    const failed = refuseRefund(refunded, "refund_failed", at(6));
    expect(failed).toMatchObject({ status: OrderStatus.REFUNDED, refundRefusedReason: "refund_failed" });
    // A person gave it back another way.
    const settled = markRefunded(failed, at(7));
    expect(settled.refundRefusedTime).toBeUndefined();
    expect(settled.history.at(-1)?.type).toBe("order_refunded");
    expect(markRefunded(settled, at(8))).toBe(settled);
  });
  it("that was refunded, and whose refund failed then, is asked for anew by a case, once for each decision", () => {
    const refunded = markRefunded(askForRefund(complete(opened(), HOUR, at(1)), at(2)), at(3));
    const decided = (order: Order, decision: number) =>
      refundForCase(order, { caseId: "c", decision }, at(10 * decision));
    expect(decided(refunded, 1)).toBe(refunded);
    const failed = refuseRefund(refunded, "refund_failed", at(4));
    const asked = decided(failed, 1);
    expect(asked).toMatchObject({
      ...{ status: OrderStatus.REFUNDED, refundReason: "case", refundRequestedTime: at(10) },
      // Nobody knows yet whether that still holds.
      ...{ refundRefusedReason: "refund_failed", refundRefusedTime: at(4) },
    });
    expect(asked.history.at(-1)?.type).toBe("order_refund_requested");
    expect(decided(asked, 1)).toBe(asked);
    const again = refuseRefund(asked, "refund_failed", at(11));
    expect(again.refundRefusedTime).toEqual(at(11));
    expect(refuseRefund(again, "refund_failed", at(12))).toBe(again);
    expect(markRefunded(decided(again, 2), at(21)).refundRefusedTime).toBeUndefined();
  });
  it.each(["charge_disputed", "refused_by_provider"] as const)(
    "whose refund ended as %s can be asked for again inside the window, and once for each answer",
    (reason) => {
      const asked = askForRefund(complete(opened(), HOUR, at(1)), at(2));
      expect(askForRefund(asked, at(3))).toBe(asked);
      const refused = refuseRefund(asked, reason, at(4));
      const again = askForRefund(refused, at(5));
      expect(again).toMatchObject({ status: OrderStatus.COMPLETE, refundRequestedTime: at(5) });
      expect([again.refundRefusedTime, again.refundRefusedReason]).toEqual([undefined, undefined]);
      expect(again.history.at(-1)).toMatchObject({ type: "order_refund_requested", time: at(5) });
      expect(askForRefund(again, at(6))).toBe(again);
      // What was decided before is told once more.
      expect(refuseRefund(again, reason, at(7), at(4))).toBe(again);
      // Another refusal for the same reason is another answer.
      expect(refuseRefund(again, reason, at(7)).refundRefusedTime).toEqual(at(7));
      expect(outcome(() => askForRefund(refused, at(61)))).toBe("REFUND_WINDOW_CLOSED");
    },
  );
  it.each(["nothing_captured", "refund_failed"] as const)(
    "whose refund ended as %s is a person's to look at: asking again changes nothing",
    (reason) => {
      const refused = refuseRefund(askForRefund(complete(opened(), HOUR, at(1)), at(2)), reason, at(3));
      expect(askForRefund(refused, at(4))).toBe(refused);
    },
  );
  it("does not grow without end, however often a refund is asked for and refused", () => {
    let order = complete(opened(), HOUR, at(1));
    for (let n = 0; n < 50; n++) order = refuseRefund(askForRefund(order, at(2)), "charge_disputed", at(2));
    expect(order.history.filter(({ type }) => type === "order_refund_requested")).toHaveLength(10);
    expect(order.refundRefusedReason).toBe("charge_disputed");
  });
  it.each(Object.entries(states))("that is %s and whose refund nobody asked for refuses none", (_, state) => {
    expect(outcome(() => refuseRefund(state(), "refund_failed", at(20)))).toBe("ILLEGAL_TRANSITION");
  });

  describe("whose event does not take place", () => {
    const ended = (order: Order) => endForEvent(order, at(30_000));
    const newest = ({ history }: Order) => history.at(-1);

    it("is to be cancelled while it awaits payment, which its lifecycle decides", () => {
      const asked = ended(opened());
      expect(asked).toMatchObject({
        status: OrderStatus.AWAITING_PAYMENT,
        cancelRequestedTime: at(30_000),
        cancelRequestedReason: "event_cancelled",
      });
      expect(newest(asked)).toMatchObject({
        type: "order_cancel_requested",
        data: { reason: "event_cancelled" },
      });
      expect(isHandledForEvent(asked)).toBe(false);
      expect(isHandledForEvent(ended(cancel(asked, "event_cancelled", at(30_001))))).toBe(true);
    });
    it("that was paid before its lifecycle heard of it gives the money back", () => {
      const paid = complete(ended(opened()), HOUR, at(1));
      // The buyer asked for nothing that came too late.
      expect(newest(paid)).toMatchObject({ type: "order_completed", data: {} });
      expect(ended(paid).refundReason).toBe("event_cancelled");
    });
    it("gives the money back, also after the window, and asks for it once", () => {
      const done = complete(opened(), HOUR, at(1));
      expect(outcome(() => askForRefund(done, at(30_000)))).toBe("REFUND_WINDOW_CLOSED");
      const asked = ended(done);
      expect(asked).toMatchObject({
        status: OrderStatus.COMPLETE,
        refundRequestedTime: at(30_000),
        refundReason: "event_cancelled",
      });
      expect(newest(asked)).toMatchObject({
        type: "order_refund_requested",
        data: { reason: "event_cancelled" },
      });
      expect(isHandledForEvent(asked)).toBe(true);
      expect(ended(asked)).toBe(asked);
      expect(ended(refuseRefund(asked, "charge_disputed", at(30_001))).refundRefusedReason).toBe(
        "charge_disputed",
      );
    });
    it("asks once more for what was refused to its buyer, and not what a person has to look at", () => {
      const asked = askForRefund(complete(opened(), HOUR, at(1)), at(2));
      expect(ended(asked)).toMatchObject({ refundReason: "event_cancelled" });
      const disputed = ended(refuseRefund(asked, "charge_disputed", at(3)));
      expect(disputed.refundRefusedReason).toBeUndefined();
      expect(newest(disputed)).toMatchObject({ data: { reason: "event_cancelled" } });
      const empty = refuseRefund(asked, "nothing_captured", at(3));
      expect(ended(empty)).toBe(empty);
    });
    it("lets its buyer ask again for what was refused, whenever that is", () => {
      const refused = refuseRefund(
        ended(complete(opened(), HOUR, at(1))),
        "charge_disputed",
        at(40_000),
        at(40_000),
      );
      const again = askForRefund(refused, at(50_000));
      expect(newest(again)).toMatchObject({ type: "order_refund_requested", data: { reason: "buyer" } });
      expect(again.refundReason).toBe("event_cancelled");
      expect(askForRefund(refuseRefund(again, "charge_disputed", at(60_000)), at(70_000)).version).toBe(
        again.version + 2,
      );
    });
    it.each(["CANCELLED", "EXPIRED", "REFUNDED"])("and that is %s stays what it is", (state) => {
      const order = states[state]?.();
      if (!order) throw new Error(state);
      expect(ended(order)).toBe(order);
      expect(isHandledForEvent(order)).toBe(true);
    });
    it("and whose buyer asked to cancel is cancelled as the buyer's", () => {
      const asked = askToCancel(opened(), at(1));
      expect(ended(asked)).toBe(asked);
      expect(isHandledForEvent(asked)).toBe(false);
    });
  });

  describe("whose case was decided for its buyer", () => {
    const decided = (order: Order, decision = 1, now = at(500)) =>
      refundForCase(order, { caseId: "c1", decision }, now);
    const done = () => complete(opened(), HOUR, at(1));

    it("gives the money back, also after the window and though the ticket was opened", () => {
      const seen = openTicket(done(), buyer, at(2));
      expect(outcome(() => askForRefund(seen, at(3)))).toBe("TICKET_OPENED");
      const asked = decided(seen);
      expect(asked).toMatchObject({ refundRequestedTime: at(500), refundReason: "case" });
      expect(asked.history.at(-1)).toMatchObject({
        type: "order_refund_requested",
        data: { reason: "case" },
      });
    });
    it("is asked for once for each decision", () => {
      const asked = decided(done());
      expect(decided(asked)).toBe(asked);
      const refused = refuseRefund(asked, "charge_disputed", at(501));
      expect(decided(refused)).toBe(refused);
      const again = decided(refused, 2, at(502));
      expect(again).toMatchObject({ refundRequestedTime: at(502), refundRefusedReason: undefined });
      // A late repeat of the first, once the second was refused as well.
      const twice = refuseRefund(again, "charge_disputed", at(503));
      expect(decided(twice, 1, at(504))).toBe(twice);
    });
    it("goes on with a refund that is under way, which takes the ticket off sale from now on", () => {
      const asked = askForRefund(done(), at(2));
      const taken = decided(asked);
      expect(taken).toMatchObject({ refundReason: "case", refundRequestedTime: at(2) });
      expect(taken.history).toEqual(asked.history);
    });
    it("keeps that reason when its buyer asks again", () => {
      const refused = refuseRefund(decided(done(), 1, at(2)), "charge_disputed", at(3));
      expect(askForRefund(refused, at(4)).refundReason).toBe("case");
      expect(endForEvent(refused, at(4)).refundReason).toBe("event_cancelled");
    });
    it("asks for nothing where a person has to look at an earlier refusal", () => {
      const refused = refuseRefund(askForRefund(done(), at(2)), "nothing_captured", at(3));
      expect(decided(refused)).toMatchObject({ refundRefusedReason: "nothing_captured" });
    });
    it("has to be complete", () => {
      for (const state of ["AWAITING_PAYMENT", "CANCELLED", "EXPIRED"]) {
        expect(outcome(() => decided((states[state] ?? opened)()))).toBe("ORDER_NOT_COMPLETE");
      }
      const refunded = markRefunded(askForRefund(done(), at(2)), at(3));
      expect(decided(refunded)).toBe(refunded);
    });
  });
});

describe("a complete order", () => {
  it("counts each part of the price that went back once, and stays complete", () => {
    const part = { id: "c:1", amount: 2 };
    const once = recordPartRefund(complete(opened(), 1, at(1)), part, at(2));
    expect(recordPartRefund(once, part, at(3))).toBe(once);
    const twice = recordPartRefund(once, { id: "c:2", amount: 1 }, at(3));
    expect([once.status, twice.status]).toEqual([OrderStatus.COMPLETE, OrderStatus.COMPLETE]);
    expect(orderMessage(twice).amountRefunded).toBe(3n);
    expect(once.history.at(-1)).toMatchObject({ type: "order_part_refunded", data: { amount: "2" } });
    expect(() => recordPartRefund(opened(), part, at(2))).toThrow("only of a complete order");
  });
});
