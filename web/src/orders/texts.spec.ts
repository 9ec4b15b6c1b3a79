import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import {
  CancellationReason,
  OrderStepSchema,
  RefundReason,
  RefundRefusalReason,
} from "@ticketing/proto/orders/v1/order";
import { refundingText, refundRefusedText, stepText } from "./texts.ts";

const reasons = Object.entries(RefundRefusalReason).flatMap(([name, reason]) =>
  typeof reason === "number" && reason !== RefundRefusalReason.UNSPECIFIED
    ? [[name.toLowerCase(), reason] as const]
    : [],
);

describe("a refund that cannot be made", () => {
  it.each(reasons)("is told with words of its own: %s", (_, reason) => {
    for (const side of ["buyer", "seller"] as const) {
      const told = refundRefusedText(side, reason);
      expect(told).not.toBe(refundRefusedText(side, 99 as RefundRefusalReason));
      const step = create(OrderStepSchema, {
        transition: { case: "orderRefundRefused", value: { reason } },
      });
      expect(told).not.toMatch(/on its way|being sent/);
      expect(stepText(side, step)).toBe(told);
    }
  });
});

describe("a cancelled event", () => {
  const comesBack = "The event was cancelled; your money comes back.";
  const refund = (reason: RefundReason) =>
    create(OrderStepSchema, { transition: { case: "orderRefundRequested", value: { reason } } });
  const cancel = (reason: CancellationReason) =>
    create(OrderStepSchema, { transition: { case: "orderCancelRequested", value: { reason } } });

  it("is told as what brings the money back", () => {
    expect(stepText("buyer", refund(RefundReason.EVENT_CANCELLED))).toBe(comesBack);
    expect(refundingText("buyer", RefundReason.EVENT_CANCELLED)).toContain(comesBack);
    expect(refundingText("seller", RefundReason.EVENT_CANCELLED)).toContain("The event was cancelled");
  });

  it("is told as what ends an order, and never as what the buyer asked for", () => {
    for (const side of ["buyer", "seller"] as const)
      expect(stepText(side, cancel(CancellationReason.EVENT_CANCELLED))).toBe("The event was cancelled.");
    for (const reason of [RefundReason.BUYER, RefundReason.UNSPECIFIED])
      expect(stepText("buyer", refund(reason))).toBe("You asked for your money back.");
    for (const reason of [CancellationReason.BUYER, CancellationReason.UNSPECIFIED])
      expect(stepText("buyer", cancel(reason))).toBe("You asked to cancel.");
  });
});
