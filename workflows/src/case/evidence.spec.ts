import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import { CaseSchema } from "@ticketing/proto/cases/v1/case";
import { OrderSchema, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentSchema, PaymentStatus, RefundStatus } from "@ticketing/proto/payments/v1/payment";
import { MoneySchema } from "@ticketing/proto/type/v1/money";
import { evidenceOf } from "./evidence.ts";

const money = create(MoneySchema, { minorUnits: 4_500n, currency: "USD" });
const found = create(CaseSchema, { orderId: "o1", title: "Jazz" });
const order = create(OrderSchema, { id: "o1", price: money, status: OrderStatus.COMPLETE });
const payment = (facts: Parameters<typeof create<typeof PaymentSchema>>[1] = {}) =>
  create(PaymentSchema, { id: "o1", amount: money, status: PaymentStatus.CAPTURED, ...facts });
const textsOf = (facts = payment(), sold = order) =>
  evidenceOf(found, { order: sold, payment: facts, delivery: undefined });

describe("what speaks for a sale", () => {
  it("says that the buyer has the money back, and by which refund", () => {
    const { REFUNDED } = PaymentStatus;
    const whole = payment({ status: REFUNDED, amountRefunded: 4_500n, providerRefundId: "re_1" });
    expect(textsOf(whole).uncategorizedText).toContain(
      "Given back to the buyer's card, or on its way there: USD\u00a045.00. Refunds: re_1.",
    );
  });

  it("says what went back in parts and by hand, and nothing of what failed", () => {
    const [SUCCEEDED, FAILED] = [RefundStatus.SUCCEEDED, RefundStatus.FAILED];
    const parts = payment({
      amountRefunded: 800n,
      providerRefundId: "re_failed",
      partRefunds: [
        { partId: "c1:1", providerRefundId: "re_part", amount: 300n, status: SUCCEEDED },
        { partId: "c1:2", providerRefundId: "re_lost", amount: 300n, status: FAILED },
      ],
      manualRefunds: [{ providerRefundId: "re_hand", amount: 500n, status: SUCCEEDED }],
    });
    const { uncategorizedText } = textsOf(parts);
    expect(uncategorizedText).toContain("USD\u00a08.00. Refunds: re_part, re_hand.");
    expect(uncategorizedText).not.toMatch(/re_lost|re_failed/);
  });

  it("says nothing of refunds where none was made", () => {
    expect(textsOf().uncategorizedText).not.toContain("Given back");
  });

  it("says by which rule a ticket could be given back, not what somebody was shown", () => {
    const refundableUntil = timestampFromDate(new Date(Date.UTC(2030, 0, 1)));
    expect(textsOf(payment(), { ...order, refundableUntil }).refundPolicyDisclosure).toBe(
      "The buyer could give the ticket back without a reason until 2030-01-01T00:00:00.000Z, unless they had opened it.\n" +
        "A ticket that was opened cannot be given back, unless the event is cancelled.",
    );
  });
});
