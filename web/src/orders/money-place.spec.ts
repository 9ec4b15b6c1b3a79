import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import {
  CancellationReason,
  OrderSchema,
  OrderStatus,
  OrderStepSchema,
  RefundRefusalReason,
} from "@ticketing/proto/orders/v1/order";
import {
  DisputeOutcome,
  PaymentAction,
  PaymentSchema,
  PaymentStatus,
} from "@ticketing/proto/payments/v1/payment";
import { wordsOf } from "../checkout/outcome-words.ts";
import { isDisputeOver, mayAskAgain, placeOf, refusalToTell, saysMoreThanPaid } from "./money-place.ts";
import { whereMoneyIs } from "./money-texts.ts";
import { stepText } from "./texts.ts";

const time = timestampFromMs(1);
const {
  UNSPECIFIED: NONE,
  CHARGE_DISPUTED,
  REFUSED_BY_PROVIDER,
  REFUND_FAILED: REFUND_FAILED_LATER,
} = RefundRefusalReason;
const statuses = Object.values(PaymentStatus).filter(
  (status): status is PaymentStatus => typeof status === "number" && status !== PaymentStatus.UNSPECIFIED,
);
const { WON, LOST, WARNING_CLOSED } = DisputeOutcome;
const disputes = [
  {},
  { disputedTime: time },
  ...[WON, LOST, WARNING_CLOSED].map((closedDisputeOutcome) => ({
    ...{ disputedTime: time, disputeClosedTime: time, closedDisputeOutcome },
  })),
];
const refusals = [
  undefined,
  ...[PaymentAction.CREATE, PaymentAction.CAPTURE, PaymentAction.CANCEL, PaymentAction.REFUND].map(
    (action) => ({ action, stripeCode: "x", time }),
  ),
];
/** Every state of a payment, and an order without one. */
const payments = [
  "none" as const,
  ...statuses.flatMap((status) =>
    disputes.flatMap((dispute) =>
      refusals.map((refusal) => create(PaymentSchema, { status, ...dispute, ...(refusal && { refusal }) })),
    ),
  ),
];
const name = (payment: (typeof payments)[number]) =>
  payment === "none"
    ? "no payment"
    : `${PaymentStatus[payment.status]}${payment.disputedTime ? ` disputed ${DisputeOutcome[payment.closedDisputeOutcome]}` : ""}` +
      `${payment.refusal ? `, ${PaymentAction[payment.refusal.action]} refused` : ""}`;

const { REQUIRES_PAYMENT, AUTHORIZED, CAPTURED, VOIDED, FAILED } = PaymentStatus;
const { REFUNDED, REFUND_PENDING, REFUND_FAILED } = PaymentStatus;
/** What is true of the money, read from the contract of payments alone. */
const truth = (payment: (typeof payments)[number]) => {
  const status = payment === "none" ? VOIDED : payment.status;
  const withUs = [CAPTURED, REFUND_FAILED].includes(status);
  const disputed = withUs && payment !== "none" && payment.disputedTime !== undefined;
  const open = disputed && !payment.disputeClosedTime;
  const chargedBack = disputed && payment.closedDisputeOutcome === LOST;
  return {
    untaken: [REQUIRES_PAYMENT, AUTHORIZED, VOIDED, FAILED].includes(status),
    arrived: status === REFUNDED,
    underWay: status === REFUND_PENDING,
    disputed: open,
    chargedBack,
    returned: status === REFUND_FAILED && !open && !chargedBack,
  };
};
/** What a text claims about the money. */
const said = (text: string) => ({
  untaken: /no money was taken/i.test(text),
  arrived: /went back to your card/.test(text),
  underWay: /is on its way back/.test(text),
  disputed: /bank decides about the money/.test(text),
  chargedBack: /gave .* back to you/.test(text),
  returned: /have not received it/.test(text),
});

const { BUYER, PAYMENT_FAILED, CAPTURE_REFUSED, EVENT_CANCELLED } = CancellationReason;
/** A reason that only a newer release has. */
const OF_LATER = 99 as CancellationReason;
const ended = [
  ["cancelled", OrderStatus.CANCELLED, [BUYER, PAYMENT_FAILED, CAPTURE_REFUSED, EVENT_CANCELLED, OF_LATER]],
  ["expired", OrderStatus.EXPIRED, [OF_LATER]],
  ["refunded", OrderStatus.REFUNDED, [OF_LATER]],
] as const;
/** The step by which an order ended. */
function stepOf(phase: (typeof ended)[number][0], reason: CancellationReason) {
  const transitions = {
    cancelled: { case: "orderCancelled", value: { reason } },
    expired: { case: "orderExpired", value: {} },
    refunded: { case: "orderRefunded", value: {} },
  } as const;
  return create(OrderStepSchema, { transition: transitions[phase] });
}
const cases = payments.map((payment) => [name(payment), payment] as const);

describe("where the money of an order is", () => {
  it.each(cases)("is told as the payment says it: %s", (_, payment) => {
    const money = placeOf(payment);
    if (!money) throw new Error("a status without a place");
    expect(said(whereMoneyIs[money]("€45.00"))).toEqual(truth(payment));
    for (const [phase, status, reasons] of ended) {
      for (const cancellationReason of reasons) {
        // What the order knows of its refund may be older than what the payment says.
        for (const refundRefusalReason of [NONE, CHARGE_DISPUTED, REFUND_FAILED_LATER]) {
          const price = { minorUnits: 4_500n, currency: "EUR" };
          const order = create(OrderSchema, { status, cancellationReason, price, refundRefusalReason });
          expect(said(wordsOf(order, phase, money).text)).toEqual(truth(payment));
        }
        const step = said(stepText("buyer", stepOf(phase, cancellationReason), money));
        for (const claim of ["untaken", "arrived"] as const) {
          if (step[claim]) expect(truth(payment)[claim]).toBe(true);
        }
      }
    }
  });

  it("is read from a payment of the release before, which has the outcome of a dispute as a text", () => {
    const closed = { disputedTime: time, disputeClosedTime: time };
    const payment = (disputeOutcome: string) =>
      create(PaymentSchema, { status: CAPTURED, ...closed, disputeOutcome });
    expect(placeOf(payment("lost"))).toBe("charged_back");
    expect(placeOf(payment("won"))).toBe("taken");
  });

  it("is not guessed while nothing is known of it, nor from a status of later", () => {
    const nothing = Object.fromEntries(Object.keys(said("")).map((claim) => [claim, false]));
    expect(placeOf(create(PaymentSchema, { status: 99 as PaymentStatus }))).toBeUndefined();
    for (const [phase, status, reasons] of ended) {
      for (const cancellationReason of reasons) {
        const order = create(OrderSchema, { status, cancellationReason });
        expect(said(wordsOf(order, phase, undefined).text)).toEqual(nothing);
        for (const side of ["buyer", "seller"] as const) {
          expect(said(stepText(side, stepOf(phase, cancellationReason)))).toEqual(nothing);
        }
      }
    }
  });

  it.each(cases)("of a complete order is told unless it is simply paid: %s", (_, payment) => {
    const money = placeOf(payment) ?? "taken";
    const order = create(OrderSchema, { status: OrderStatus.COMPLETE });
    const asked = create(OrderSchema, { ...order, refundRequestedTime: time });
    const { arrived, underWay, disputed } = truth(payment);
    if (arrived || underWay || disputed) expect(saysMoreThanPaid(order, money)).toBe(true);
    if (money === "taken")
      expect(saysMoreThanPaid(order, money) || saysMoreThanPaid(asked, money)).toBe(false);
    // "Being sent back" would be wrong of a refund that the provider refuses.
    if (money === "refund_refused") expect(saysMoreThanPaid(asked, money)).toBe(true);
  });

  it.each(cases)(
    "stopped by a dispute is with the bank until the payment says otherwise: %s",
    (_, payment) => {
      const [order, other] = [CHARGE_DISPUTED, REFUSED_BY_PROVIDER].map((refundRefusalReason) =>
        create(OrderSchema, { refundRefusalReason }),
      );
      if (!order || !other) throw new Error("no order");
      const { disputed } = truth(payment);
      if (disputed) expect(isDisputeOver(order, placeOf(payment))).toBe(false);
      expect(isDisputeOver(order, undefined)).toBe(false);
      expect(isDisputeOver(other, placeOf(payment))).toBe(false);
    },
  );

  it.each([
    ["CHARGE_DISPUTED", true],
    ["REFUSED_BY_PROVIDER", true],
    ["NOTHING_CAPTURED", false],
    ["REFUND_FAILED", false],
    ["UNSPECIFIED", false],
  ] as const)("refused as %p: asking again is offered %p", (reason, offered) => {
    const refundRefusalReason = RefundRefusalReason[reason];
    const asked = (times: number) =>
      create(OrderSchema, {
        refundRefusalReason,
        timeline: Array.from({ length: times }, () => ({
          transition: { case: "orderRefundRequested" as const, value: {} },
        })),
      });
    const isDisputed = refundRefusalReason === CHARGE_DISPUTED;
    // Whoever asked too often is told so, and not that nothing happened.
    expect(refusalToTell(asked(10), "taken")).toBe(isDisputed ? NONE : refundRefusalReason);
    const once = isDisputed ? undefined : refundRefusalReason;
    expect(refusalToTell(asked(1), "taken")).toBe(once);
    expect([1, 9, 10].map((times) => mayAskAgain(asked(times)))).toEqual([offered, offered, false]);
  });
});
