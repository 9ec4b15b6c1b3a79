import { describe, expect, it } from "@jest/globals";
import { RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { refundRefusedText, stepText } from "./orders.ts";

const reasons = Object.values(RefundRefusalReason)
  .filter((reason) => typeof reason === "string" && reason !== "UNSPECIFIED")
  .map((reason) => String(reason).toLowerCase());

describe("a refund that cannot be made", () => {
  it.each(reasons)("is told with words of its own: %s", (reason) => {
    for (const side of ["buyer", "seller"] as const) {
      const told = refundRefusedText(side, reason);
      expect(told).not.toBe(refundRefusedText(side, "a reason of later"));
      expect(told).not.toMatch(/on its way|being sent/);
      expect(stepText(side, { type: "order_refund_refused", data: { reason } })).toBe(told);
    }
  });
});
