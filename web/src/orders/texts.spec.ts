import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { OrderStepSchema, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { refundRefusedText, stepText } from "./texts.ts";

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
