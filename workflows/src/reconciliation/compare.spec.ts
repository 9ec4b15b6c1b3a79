import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import { OrderRecordSchema } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import {
  IntentRecordSchema,
  IntentStatus,
  PaymentRecordSchema,
} from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import {
  type DisputeSchema,
  DisputeStatus,
  PartRefundSchema,
  PaymentStatus,
  RefundStatus,
} from "@ticketing/proto/payments/v1/payment";
import { TicketRecordSchema } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { compareIntent, compareOrder, comparePayment, compareTicket } from "./compare.ts";
import { type Drift, driftKey } from "./drift.ts";

const GRACE = 1_000;
const DEADLINE = 10_000;
const price = { minorUnits: 4_500n, currency: "USD" };

const order = (
  status: OrderStatus,
  refundRequestedTime?: Timestamp,
  refundRefusedTime?: Timestamp,
  refundRefusedReason = "",
) =>
  create(OrderRecordSchema, {
    order: {
      id: "o",
      ticketId: "t",
      status,
      price,
      expireTime: timestampFromMs(DEADLINE),
      refundRequestedTime,
      refundRefusedTime,
      refundRefusedReason,
    },
  });
const payment = (
  status: PaymentStatus,
  amount = price,
  dispute: {
    disputedTime?: Timestamp;
    disputeOutcome?: string;
    disputes?: MessageInitShape<typeof DisputeSchema>[];
  } = {},
) =>
  create(PaymentRecordSchema, {
    payment: { id: "o", status, amount, stripePaymentIntentId: "pi", ...dispute },
  });
const ticket = (soldOrderId: string) =>
  create(TicketRecordSchema, { ticket: { id: "t", status: TicketStatus.SOLD }, soldOrderId });
const locked = (orderId: string) =>
  create(TicketRecordSchema, {
    ticket: {
      id: "t",
      status: TicketStatus.LOCKED,
      lock: { orderId, expireTime: timestampFromMs(DEADLINE) },
    },
  });
const intent = (status: IntentStatus, changes: MessageInitShape<typeof IntentRecordSchema> = {}) => {
  const amountReceived = status === IntentStatus.SUCCEEDED ? 4_500n : 0n;
  const facts = { id: "pi", orderId: "o", status, amount: 4_500n, currency: "USD", amountReceived };
  return create(IntentRecordSchema, { ...facts, ...changes });
};
const kinds = (drift: Drift[]) => drift.map(({ kind }) => kind);
const ofOrder = (...[record, books = {}, now = 0]: [Parameters<typeof compareOrder>[0], object?, number?]) =>
  kinds(compareOrder(record, books, now, GRACE));

describe("an order beside its ticket and its payment", () => {
  it("may await payment until its deadline and a grace", () => {
    expect(ofOrder(order(OrderStatus.AWAITING_PAYMENT), {}, DEADLINE + GRACE)).toEqual([]);
    expect(ofOrder(order(OrderStatus.AWAITING_PAYMENT), {}, DEADLINE + GRACE + 1)).toEqual(["ORDER_OVERDUE"]);
  });
  it("is complete with the money and the ticket, and with nothing less", () => {
    const complete = order(OrderStatus.COMPLETE);
    const paid = payment(PaymentStatus.CAPTURED);
    expect(ofOrder(complete, { ticket: ticket("o"), payment: paid })).toEqual([]);
    expect(ofOrder(complete, { ticket: ticket("o") })).toEqual(["ORDER_UNPAID"]);
    expect(ofOrder(complete, { ticket: ticket("o"), payment: payment(PaymentStatus.REFUNDED) })).toEqual([
      "ORDER_UNPAID",
    ]);
    expect(ofOrder(complete, { ticket: ticket("other"), payment: paid })).toEqual(["ORDER_WITHOUT_TICKET"]);
    expect(ofOrder(complete, { payment: paid })).toEqual(["ORDER_WITHOUT_TICKET"]);
  });
  it("is not complete and to be refunded for long", () => {
    const asked = order(OrderStatus.COMPLETE, timestampFromMs(1));
    expect(ofOrder(asked, { payment: payment(PaymentStatus.REFUNDED) })).toEqual(["REFUND_UNFINISHED"]);
  });
  it("whose refund was refused waits for a person, and goes on once the money went back", () => {
    const refused = order(OrderStatus.COMPLETE, timestampFromMs(1), timestampFromMs(2));
    expect(ofOrder(refused, { payment: payment(PaymentStatus.CAPTURED) })).toEqual(["REFUND_REFUSED"]);
    expect(ofOrder(refused)).toEqual(["REFUND_REFUSED"]);
    for (const given of ["REFUNDED", "REFUND_PENDING"] as const) {
      expect(ofOrder(refused, { payment: payment(PaymentStatus[given]) })).toEqual(["REFUND_UNFINISHED"]);
    }
  });
  it("says that its refund failed after it was made, and that is a person's to look at all the same", () => {
    const failed = payment(PaymentStatus.REFUND_FAILED);
    const of = (refusedTime?: Timestamp, reason?: string) =>
      order(OrderStatus.REFUNDED, timestampFromMs(1), refusedTime, reason);
    const [untold, told] = [of(), of(timestampFromMs(2), "refund_failed")];
    // Refused once, made later all the same, and failed then: what it says is not what is so.
    const toldOtherwise = of(timestampFromMs(2), "charge_disputed");
    expect(ofOrder(untold, { payment: failed })).toEqual(["REFUND_FAILED", "REFUND_UNFINISHED"]);
    expect(ofOrder(toldOtherwise, { payment: failed })).toEqual(["REFUND_FAILED", "REFUND_UNFINISHED"]);
    expect(kinds(comparePayment(failed, untold))).toEqual(["REFUND_FAILED", "REFUND_UNFINISHED"]);
    expect(ofOrder(told, { payment: failed })).toEqual(["REFUND_FAILED"]);
    // Until a person has given the money back.
    expect(ofOrder(told, { payment: payment(PaymentStatus.REFUNDED) })).toEqual(["REFUND_UNFINISHED"]);
  });
  it("holds no money once it ended without a sale", () => {
    for (const status of [OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REFUNDED]) {
      const ended = order(status);
      expect(ofOrder(ended)).toEqual([]);
      for (const held of ["REQUIRES_PAYMENT", "AUTHORIZED", "CAPTURED"] as const) {
        expect(ofOrder(ended, { payment: payment(PaymentStatus[held]) })).toEqual(["MONEY_OF_ENDED_ORDER"]);
      }
      expect(ofOrder(ended, { payment: payment(PaymentStatus.REFUND_FAILED) })).toEqual(["REFUND_FAILED"]);
      for (const given of ["VOIDED", "REFUNDED", "REFUND_PENDING", "FAILED"] as const) {
        expect(ofOrder(ended, { payment: payment(PaymentStatus[given]) })).toEqual([]);
      }
    }
  });
  it.each([
    ["", "REFUND_REFUSED"],
    ["lost", "REFUND_REFUSED"],
    ["won", "MONEY_OF_ENDED_ORDER"],
    ["warning_closed", "MONEY_OF_ENDED_ORDER"],
  ])(
    "whose money the bank has is not asked for in vain by every run (dispute: %p)",
    (disputeOutcome, kind) => {
      const dispute = { disputedTime: timestampFromMs(1), disputeOutcome };
      const taken = payment(PaymentStatus.CAPTURED, price, dispute);
      expect(ofOrder(order(OrderStatus.CANCELLED), { payment: taken })).toEqual([kind]);
      // Nor given back by a person since a refund of it had failed.
      const failed = payment(PaymentStatus.REFUND_FAILED, price, dispute);
      const either = kind === "REFUND_REFUSED" ? kind : "REFUND_FAILED";
      expect(ofOrder(order(OrderStatus.REFUNDED), { payment: failed })).toEqual([either]);
    },
  );
  it("whose money a bank gave back is no drift once it is refunded", () => {
    const lost = { disputedTime: timestampFromMs(1), disputeOutcome: "lost" };
    const taken = payment(PaymentStatus.CAPTURED, price, lost);
    expect(ofOrder(order(OrderStatus.REFUNDED), { payment: taken })).toEqual([]);
    const open = payment(PaymentStatus.CAPTURED, price, { ...lost, disputeOutcome: "" });
    expect(ofOrder(order(OrderStatus.REFUNDED), { payment: open })).toEqual(["REFUND_REFUSED"]);
  });
  it("whose refund had failed and whose money a bank gave back then is no drift once it says so", () => {
    const lost = { disputedTime: timestampFromMs(1), disputeOutcome: "lost" };
    const failed = payment(PaymentStatus.REFUND_FAILED, price, {
      ...lost,
      disputes: [{ status: DisputeStatus.LOST, amount: price }],
    });
    const of = (refusedTime?: Timestamp) =>
      order(OrderStatus.REFUNDED, timestampFromMs(1), refusedTime, refusedTime ? "refund_failed" : "");
    expect(ofOrder(of(timestampFromMs(2)), { payment: failed })).toEqual(["REFUND_REFUSED"]);
    expect(ofOrder(of(), { payment: failed })).toEqual([]);
  });
  it("whose money a bank gave back and took again is a person's to look at, and never refunded by a run", () => {
    for (const disputeOutcome of ["won", "warning_closed"]) {
      const dispute = { disputedTime: timestampFromMs(1), disputeOutcome };
      const taken = payment(PaymentStatus.CAPTURED, price, dispute);
      expect(ofOrder(order(OrderStatus.REFUNDED), { payment: taken })).toEqual(["REFUND_REFUSED"]);
    }
  });
  it("costs what its payment says", () => {
    const other = payment(PaymentStatus.REQUIRES_PAYMENT, { minorUnits: 4_499n, currency: "USD" });
    expect(ofOrder(order(OrderStatus.AWAITING_PAYMENT), { payment: other })).toEqual(["AMOUNT_DIFFERS"]);
  });
  it("publishes what happens to it, each record its own", () => {
    const waiting = { ...order(OrderStatus.CANCELLED), unpublished: true };
    const itsPayment = { ...payment(PaymentStatus.VOIDED), unpublished: true };
    const drift = [...compareOrder(waiting, {}, 0, GRACE), ...comparePayment(itsPayment, waiting)];
    expect(kinds(drift)).toEqual(["EVENTS_UNPUBLISHED", "EVENTS_UNPUBLISHED"]);
    expect(new Set(drift.map(driftKey)).size).toBe(2);
  });
});

describe("a ticket beside the order that has it", () => {
  it("is locked or sold to an order that is there and has not ended without it", () => {
    for (const has of ["AWAITING_PAYMENT", "COMPLETE"] as const) {
      expect(compareTicket(locked("o"), order(OrderStatus[has]), 0)).toEqual([]);
      expect(compareTicket(ticket("o"), order(OrderStatus[has]), 0)).toEqual([]);
    }
    expect(kinds(compareTicket(locked("o"), undefined, 0))).toEqual(["LOCK_WITHOUT_ORDER"]);
    expect(kinds(compareTicket(locked("o"), order(OrderStatus.EXPIRED), 0))).toEqual(["LOCK_OF_ENDED_ORDER"]);
    expect(kinds(compareTicket(ticket("o"), undefined, 0))).toEqual(["SALE_WITHOUT_ORDER"]);
    expect(kinds(compareTicket(ticket("o"), order(OrderStatus.REFUNDED), 0))).toEqual([
      "SALE_OF_ENDED_ORDER",
    ]);
  });
  it("of a cancelled event goes back within an hour, if it was paid and nobody asked for that before", () => {
    const facts = { id: "t", event: { cancelled: true }, updateTime: timestampFromMs(0) };
    const record = (soldOrderId: string, cancelled = true) =>
      create(TicketRecordSchema, { ticket: { ...facts, event: { cancelled } }, soldOrderId });
    const HOUR = 3_600_000;
    const complete = order(OrderStatus.COMPLETE);
    expect(compareTicket(record("o"), complete, HOUR)).toEqual([]);
    const [drift] = compareTicket(record("o"), complete, HOUR + 1);
    expect(drift).toMatchObject({ kind: "ORDER_OF_CANCELLED_EVENT", orderId: "o", ticketId: "t" });
    expect(compareTicket(record("o", false), complete, HOUR + 1)).toEqual([]);
    expect(compareTicket(record(""), undefined, HOUR + 1)).toEqual([]);
    expect(compareTicket(record("o"), order(OrderStatus.COMPLETE, timestampFromMs(1)), HOUR + 1)).toEqual([]);
  });
  it("needs no order while it is for sale", () => {
    expect(compareTicket(create(TicketRecordSchema, { ticket: { id: "t" } }), undefined, 0)).toEqual([]);
  });
});

describe("a payment beside its order", () => {
  it("has one", () => {
    expect(kinds(comparePayment(payment(PaymentStatus.VOIDED), undefined))).toEqual([
      "PAYMENT_WITHOUT_ORDER",
    ]);
  });
  it("shows the same difference as its order does", () => {
    const [ended, held] = [order(OrderStatus.EXPIRED), payment(PaymentStatus.AUTHORIZED)];
    const [a] = comparePayment(held, ended);
    const [b] = compareOrder(ended, { payment: held }, 0, GRACE);
    expect(a && driftKey(a)).toBe(b && driftKey(b));
  });
});

describe("a difference between two records", () => {
  const only = (drift: Drift[]) => drift.map(driftKey);

  it("is seen at the order as at its ticket, whichever changed last", () => {
    const ended = order(OrderStatus.EXPIRED);
    for (const held of [locked("o"), ticket("o")]) {
      expect(only(compareOrder(ended, { ticket: held }, 0, GRACE))).toEqual(
        only(compareTicket(held, ended, 0)),
      );
      expect(only(compareTicket(held, ended, 0))).toHaveLength(1);
    }
    for (const held of [locked("other"), ticket("other"), ticket("")]) {
      expect(compareOrder(ended, { ticket: held }, 0, GRACE)).toEqual([]);
    }
  });
  it("is seen at the payment as at its order, whichever changed last", () => {
    const complete = order(OrderStatus.COMPLETE);
    for (const status of [PaymentStatus.VOIDED, PaymentStatus.REFUNDED, PaymentStatus.AUTHORIZED]) {
      const books = { ticket: ticket("o"), payment: payment(status) };
      const seen = only(comparePayment(books.payment, complete));
      expect(seen).toEqual(only(compareOrder(complete, books, 0, GRACE)));
      expect(seen).toHaveLength(1);
    }
    expect(comparePayment(payment(PaymentStatus.CAPTURED), complete)).toEqual([]);
    // Its refund is under way: that is the order's to say.
    const asked = order(OrderStatus.COMPLETE, timestampFromMs(1));
    expect(comparePayment(payment(PaymentStatus.REFUNDED), asked)).toEqual([]);
  });
});

describe("a PaymentIntent beside the payment that it is", () => {
  const of = (record: ReturnType<typeof intent>, status: PaymentStatus) =>
    kinds(compareIntent(record, { order: order(OrderStatus.COMPLETE), payment: payment(status) }));

  it("agrees with it", () => {
    expect(of(intent(IntentStatus.OPEN), PaymentStatus.REQUIRES_PAYMENT)).toEqual([]);
    expect(of(intent(IntentStatus.REQUIRES_CAPTURE), PaymentStatus.AUTHORIZED)).toEqual([]);
    expect(of(intent(IntentStatus.SUCCEEDED), PaymentStatus.CAPTURED)).toEqual([]);
    expect(of(intent(IntentStatus.SUCCEEDED, { amountRefunded: 4_500n }), PaymentStatus.REFUNDED)).toEqual(
      [],
    );
    expect(of(intent(IntentStatus.CANCELED), PaymentStatus.VOIDED)).toEqual([]);
  });
  it("is ahead of it when a message was lost", () => {
    const behind = ["PAYMENT_BEHIND_STRIPE"];
    expect(of(intent(IntentStatus.REQUIRES_CAPTURE), PaymentStatus.REQUIRES_PAYMENT)).toEqual(behind);
    expect(of(intent(IntentStatus.SUCCEEDED), PaymentStatus.AUTHORIZED)).toEqual(behind);
    expect(of(intent(IntentStatus.SUCCEEDED, { amountRefunded: 4_500n }), PaymentStatus.CAPTURED)).toEqual(
      behind,
    );
    expect(of(intent(IntentStatus.CANCELED), PaymentStatus.CAPTURED)).toEqual(behind);
  });
  it("asks and takes the whole amount, and gives it back whole", () => {
    const differs = ["AMOUNT_DIFFERS"];
    expect(of(intent(IntentStatus.REQUIRES_CAPTURE, { amount: 4_400n }), PaymentStatus.AUTHORIZED)).toEqual(
      differs,
    );
    expect(of(intent(IntentStatus.SUCCEEDED, { amountReceived: 4_400n }), PaymentStatus.CAPTURED)).toEqual(
      differs,
    );
    expect(of(intent(IntentStatus.SUCCEEDED, { amountRefunded: 1n }), PaymentStatus.CAPTURED)).toEqual(
      differs,
    );
    expect(of(intent(IntentStatus.OPEN, { currency: "EUR" }), PaymentStatus.REQUIRES_PAYMENT)).toEqual(
      differs,
    );
  });
  it("gives back what the payment knows as parts, and its order says so once they are with the buyer", () => {
    const { CAPTURED } = PaymentStatus;
    const known = (amount: bigint, status: RefundStatus) => {
      const record = payment(CAPTURED);
      record.payment?.partRefunds.push(create(PartRefundSchema, { partId: "c:1", amount, status }));
      return record;
    };
    const sold = (amountRefunded: bigint) => {
      const record = order(OrderStatus.COMPLETE);
      if (record.order) record.order.amountRefunded = amountRefunded;
      return record;
    };
    const kinds = (drift: Drift[]) => drift.map(({ kind }) => kind);
    const atStripe = (amount: bigint, status: RefundStatus) => {
      const books = { order: sold(100n), payment: known(100n, status) };
      return kinds(compareIntent(intent(IntentStatus.SUCCEEDED, { amountRefunded: amount }), books));
    };
    expect(atStripe(100n, RefundStatus.SUCCEEDED)).toEqual([]);
    expect(atStripe(100n, RefundStatus.UNDERWAY)).toEqual([]);
    expect(atStripe(100n, RefundStatus.FAILED)).toEqual(["AMOUNT_DIFFERS"]);
    expect(atStripe(101n, RefundStatus.SUCCEEDED)).toEqual(["AMOUNT_DIFFERS"]);
    const beside = (said: bigint, status: RefundStatus) =>
      kinds(comparePayment(known(100n, status), sold(said)));
    expect(beside(100n, RefundStatus.SUCCEEDED)).toEqual([]);
    expect(beside(0n, RefundStatus.UNDERWAY)).toEqual([]);
    expect(beside(0n, RefundStatus.SUCCEEDED)).toEqual(["AMOUNT_DIFFERS"]);
    expect(beside(100n, RefundStatus.FAILED)).toEqual(["AMOUNT_DIFFERS"]);
  });
});

describe("a PaymentIntent that its order's payment does not know", () => {
  const foreign = (status: IntentStatus, changes = {}) => intent(status, { id: "pi_other", ...changes });
  const books = { order: order(OrderStatus.EXPIRED), payment: payment(PaymentStatus.VOIDED) };

  it("is drift as long as it holds money or may", () => {
    for (const status of [IntentStatus.OPEN, IntentStatus.REQUIRES_CAPTURE, IntentStatus.SUCCEEDED]) {
      expect(kinds(compareIntent(foreign(status), books))).toEqual(["INTENT_UNKNOWN"]);
      expect(kinds(compareIntent(foreign(status), {}))).toEqual(["INTENT_UNKNOWN"]);
    }
    expect(compareIntent(foreign(IntentStatus.CANCELED), books)).toEqual([]);
    expect(compareIntent(foreign(IntentStatus.SUCCEEDED, { amountRefunded: 4_500n }), books)).toEqual([]);
  });
  it("may be about to become known while the order awaits payment", () => {
    const open = { order: order(OrderStatus.AWAITING_PAYMENT) };
    expect(compareIntent(foreign(IntentStatus.OPEN), open)).toEqual([]);
  });
});
