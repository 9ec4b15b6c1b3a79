import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "@jest/globals";
import {
  CancellationReason,
  CompletionNote,
  OrderSchema,
  OrderStepSchema,
  RefundReason,
  RefundRefusalReason,
} from "@ticketing/proto/orders/v1/order";
import { typedOrder } from "./typed-order.ts";

const time = timestampFromMs(1_800_000_000_000);

/** The one step of an order that a process of the release before sends. */
function stepOf(type: string, data: Record<string, string> = {}) {
  const [step] = typedOrder(create(OrderSchema, { history: [{ version: 3n, time, type, data }] })).timeline;
  return step;
}

const types = OrderStepSchema.fields
  .filter(({ oneof }) => oneof)
  .map(({ name, localName }) => [name, localName]);

test.each(types)("a step that comes as the text %s alone is shown as what it is", (type = "", step = "") => {
  expect(stepOf(type)).toMatchObject({ version: 3n, time, transition: { case: step } });
});

test.each([
  ["order_cancelled", { reason: "payment_failed" }, { reason: CancellationReason.PAYMENT_FAILED }],
  ["order_cancel_requested", { reason: "event_cancelled" }, { reason: CancellationReason.EVENT_CANCELLED }],
  ["order_refund_requested", { reason: "event_cancelled" }, { reason: RefundReason.EVENT_CANCELLED }],
  ["order_refund_requested", {}, { reason: RefundReason.UNSPECIFIED }],
  ["order_refund_refused", { reason: "charge_disputed" }, { reason: RefundRefusalReason.CHARGE_DISPUTED }],
  ["order_refund_refused", { reason: "of_later" }, { reason: RefundRefusalReason.UNSPECIFIED }],
  [
    "order_completed",
    { note: "cancel_requested_after_sale" },
    { note: CompletionNote.CANCEL_REQUESTED_AFTER_SALE },
  ],
])("its facts are typed: %s, %p", (type, data, value) => {
  expect(stepOf(type, data)?.transition.value).toMatchObject(value);
});

test("a step of a newer release is one that nothing is known of", () => {
  expect(stepOf("order_lent", { to: "a friend" })).toEqual(create(OrderStepSchema, { version: 3n, time }));
});

test("the reasons why an order ended and why its refund was refused are typed", () => {
  const order = create(OrderSchema, {
    ...{ cancelReason: "buyer", refundRefusedReason: "refund_failed" },
    history: [{ version: 1n, time, type: "order_created" }],
  });
  expect(typedOrder(order)).toMatchObject({
    cancellationReason: CancellationReason.BUYER,
    refundRefusalReason: RefundRefusalReason.REFUND_FAILED,
  });
});

test("an order with a timeline is left as it is", () => {
  const timeline = [create(OrderStepSchema, { version: 1n, time })];
  const order = create(OrderSchema, { timeline, cancelReason: "buyer" });
  expect(typedOrder(order)).toBe(order);
});
