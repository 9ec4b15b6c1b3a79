import { create } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { OrderSchema, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { phaseOf } from "./phase.ts";

const waiting = create(OrderSchema, { status: OrderStatus.AWAITING_PAYMENT });
const idle = { paying: false, timeUp: false };

describe("a checkout", () => {
  test.each(["requires_payment_method", "requires_confirmation", "requires_action", undefined])(
    "asks for payment while Stripe says %s",
    (intentStatus) => {
      expect(phaseOf(waiting, { ...idle, intentStatus })).toBe("pay");
    },
  );

  test.each(["requires_capture", "processing", "succeeded"])(
    "never asks again once Stripe says %s, also past the deadline",
    (intentStatus) => {
      expect(phaseOf(waiting, { paying: false, timeUp: true, intentStatus })).toBe("confirming");
    },
  );

  test("takes no new attempt past the deadline, and sees one through that is under way", () => {
    expect(phaseOf(waiting, { paying: false, timeUp: true })).toBe("time-up");
    expect(phaseOf(waiting, { paying: true, timeUp: true })).toBe("pay");
  });

  test("is over when the buyer or Stripe gave the payment up, paid or not", () => {
    const cancelling = create(OrderSchema, { ...waiting, cancelRequestedTime: timestampNow() });
    expect(phaseOf(cancelling, { ...idle, intentStatus: "requires_capture" })).toBe("ending");
    expect(phaseOf(waiting, { ...idle, intentStatus: "canceled" })).toBe("ending");
  });

  test.each([
    [OrderStatus.COMPLETE, "complete"],
    [OrderStatus.CANCELLED, "cancelled"],
    [OrderStatus.EXPIRED, "expired"],
    [OrderStatus.REFUNDED, "refunded"],
  ] as const)("shows how the order ended, whatever else is known (%s)", (status, phase) => {
    const order = create(OrderSchema, { status, cancelRequestedTime: timestampNow() });
    expect(phaseOf(order, { paying: true, timeUp: true, intentStatus: "requires_action" })).toBe(phase);
  });
});
