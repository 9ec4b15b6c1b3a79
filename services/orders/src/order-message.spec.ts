import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import {
  CancellationReason,
  CompletionNote,
  OrderSchema,
  OrderStepSchema,
  RefundReason,
  RefundRefusalReason,
} from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { type Order, open } from "./order.ts";
import { orderMessage } from "./order-message.ts";

const now = new Date(Date.UTC(2030, 0, 1));
const ticket = {
  title: "Jazz",
  category: Category.CONCERT,
  event: { title: "Jazz", venue: "Hall", city: "Oslo", startTime: new Date(Date.UTC(2030, 1, 1)) },
  seat: { section: "", row: "", number: "" },
  sellerName: "Seller",
};
const parties = { buyerId: "buyer", sellerId: "seller", ticketId: "ticket" };
const price = { minorUnits: 4_500, currency: "USD" };
const expireTime = new Date(Date.UTC(2030, 0, 1, 0, 15));

/** What a timeline tells of a step as documents hold it, also those of the release before. */
function told(type: string, data: Record<string, string>) {
  const order = open({ _id: "order", ...parties, ticket, price, fee: 450, expireTime }, now);
  // As the database gives it: what a newer release wrote may be of a type that this one does not know.
  const history = [{ version: 1, type, time: now, data }] as Order["history"];
  return create(OrderSchema, orderMessage({ ...order, history })).timeline[0]?.transition;
}

describe("the timeline of an order", () => {
  it("has a case for each transition of its event", () => {
    const cases = OrderEventSchema.oneofs[0]?.fields.map(({ localName }) => localName);
    expect(OrderStepSchema.oneofs[0]?.fields.map(({ localName }) => localName)).toEqual(cases);
    for (const { name, localName } of OrderEventSchema.oneofs[0]?.fields ?? []) {
      expect(told(name, {})?.case).toBe(localName);
    }
  });

  it.each([
    ["order_completed", { note: "cancel_requested_after_sale" }, CompletionNote.CANCEL_REQUESTED_AFTER_SALE],
    ["order_completed", {}, CompletionNote.UNSPECIFIED],
  ])("notes of %s %j what is stored", (type, data, note) => {
    expect(told(type, data)).toMatchObject({ case: "orderCompleted", value: { note } });
  });

  it.each([
    ["order_cancelled", "buyer", CancellationReason.BUYER],
    ["order_cancelled", "payment_failed", CancellationReason.PAYMENT_FAILED],
    ["order_cancelled", "capture_refused", CancellationReason.CAPTURE_REFUSED],
    ["order_cancelled", "event_cancelled", CancellationReason.EVENT_CANCELLED],
    ["order_cancel_requested", "event_cancelled", CancellationReason.EVENT_CANCELLED],
    ["order_refund_requested", "buyer", RefundReason.BUYER],
    ["order_refund_requested", "event_cancelled", RefundReason.EVENT_CANCELLED],
    ["order_cancelled", "a reason of later", CancellationReason.UNSPECIFIED],
    ["order_refund_refused", "charge_disputed", RefundRefusalReason.CHARGE_DISPUTED],
    ["order_refund_refused", "refused_by_provider", RefundRefusalReason.REFUSED_BY_PROVIDER],
    ["order_refund_refused", "nothing_captured", RefundRefusalReason.NOTHING_CAPTURED],
    ["order_refund_refused", "refund_failed", RefundRefusalReason.REFUND_FAILED],
  ])("tells of %s why: %s", (type, stored, reason) => {
    expect(told(type, { reason: stored })?.value).toMatchObject({ reason });
  });

  it("says of what only a newer release knows that there is something", () => {
    expect(told("order_reopened", {})).toEqual({ case: undefined });
  });
});
