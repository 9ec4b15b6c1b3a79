import { fromBinary } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { CancellationReason, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { cancel, complete, type Order, open } from "./order.ts";
import { orderAggregate } from "./order-aggregate.ts";
import { orderMessage } from "./order-message.ts";
import type { CancelReason, RefundRefusal } from "./order-reasons.ts";
import { refuseRefund, requestRefund } from "./order-refund.ts";

const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1) + minutes * 60_000);
const opened = open(
  {
    _id: "0192f0c0-1111-7222-8333-444455556666",
    buyerId: "buyer",
    sellerId: "seller",
    ticketId: "ticket",
    price: { minorUnits: 5_000, currency: "USD" },
    fee: 500,
    expireTime: at(15),
    ticket: {
      title: "Two seats",
      category: Category.CONCERT,
      event: { title: "Jazz", venue: "Hall", city: "Oslo", startTime: at(9_000) },
      seat: { section: "", row: "", number: "" },
      sellerName: "S",
    },
  },
  at(0),
);
const asked = requestRefund(complete(opened, 3_600_000, at(1)), { userId: "buyer" }, at(2));

/** The facts of its newest event, as consumers read them. */
function announced(order: Order) {
  const newest = order.history.at(-1);
  if (!newest) throw new Error("an order has a history");
  return fromBinary(OrderEventSchema, orderAggregate.event(order, newest).payload).transition.value;
}
const namesOf = (reasons: object) =>
  Object.keys(reasons).filter((name) => Number.isNaN(Number(name)) && name !== "UNSPECIFIED");

it.each(namesOf(CancellationReason))("cancelled for %s is said in words and by the enum", (name) => {
  const reason = name.toLowerCase();
  const cancelled = cancel(opened, reason as CancelReason, at(1));
  const cancellationReason = CancellationReason[name as keyof typeof CancellationReason];
  expect(orderMessage(cancelled)).toMatchObject({ cancelReason: reason, cancellationReason });
  expect(announced(cancelled)).toMatchObject({ reason, cancellationReason });
});

it.each(namesOf(RefundRefusalReason))("a refund refused for %s is said in words and by the enum", (name) => {
  const reason = name.toLowerCase();
  const refused = refuseRefund(asked, { reason: reason as RefundRefusal, decided: at(3) }, at(3));
  const refusalReason = RefundRefusalReason[name as keyof typeof RefundRefusalReason];
  expect(orderMessage(refused)).toMatchObject({
    refundRefusedReason: reason,
    refundRefusalReason: refusalReason,
  });
  expect(announced(refused)).toMatchObject({ reason, refusalReason });
});

it("nothing is said of what did not happen", () => {
  const { cancellationReason, refundRefusalReason } = orderMessage(opened);
  expect([cancellationReason, refundRefusalReason]).toEqual([undefined, undefined]);
});
