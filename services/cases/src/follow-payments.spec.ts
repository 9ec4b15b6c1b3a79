import { create, toBinary } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { DisputeStatus, RefundStatus } from "@ticketing/proto/payments/v1/payment";
import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import type { Database } from "@ticketing/runtime/documents/database";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { closeEvidence } from "./bank-answer.ts";
import { type Case, caseIdOf, close, decide, reopen } from "./case.ts";
import { type CaseStore, caseAggregate } from "./case-aggregate.ts";
import { onPaymentEvent } from "./follow-payments.ts";

let database: Database;
let cases: CaseStore;
let handle: ReturnType<typeof onPaymentEvent>;
let status: OrderStatus;
let orderId: string;
let orders = 0;
/** The cases for which an earning was frozen. */
let held: string[];
let holdRefusal: DomainError | undefined;
const now = new Date(Date.UTC(2030, 0, 1));

beforeAll(async () => {
  database = await openSpecDatabase();
  cases = await caseAggregate.store(database.db);
  const caller = { service: "cases" };
  const price = { minorUnits: 5_000n, currency: "EUR" };
  handle = onPaymentEvent({
    cases,
    orders: clientOf(
      OrderLifecycleService,
      { readOrder: ({ orderId: id }) => ({ order: { id, buyerId: "b", sellerId: "s", status, price } }) },
      caller,
    ),
    payouts: clientOf(
      PayoutLifecycleService,
      {
        holdForCase({ caseId }) {
          if (holdRefusal) throw holdRefusal;
          held.push(caseId);
          return {};
        },
      },
      caller,
    ),
    clock: () => now,
  });
}, 60_000);
afterAll(() => database?.close());
beforeEach(() => {
  status = OrderStatus.COMPLETE;
  orderId = `order-${++orders}`;
  held = [];
  holdRefusal = undefined;
});

interface Facts {
  disputes?: {
    providerDisputeId: string;
    status: DisputeStatus;
    evidenceDueTime?: Timestamp;
    evidenceSubmitted?: boolean;
  }[];
  manualRefunds?: { providerRefundId: string; amount: bigint; status: RefundStatus }[];
}
const hear = (facts: Facts, version = 0n) => {
  const event = create(PaymentEventSchema, { id: orderId, state: { id: orderId, version, ...facts } });
  return handle({ payload: toBinary(PaymentEventSchema, event) });
};
const dispute = (to: DisputeStatus, id = "du_1") =>
  hear({ disputes: [{ providerDisputeId: id, status: to }] });
const byHand = (to: RefundStatus) =>
  hear({ manualRefunds: [{ providerRefundId: "re_1", amount: 5n, status: to }] });
const caseOf = (kind: CaseKind, subject: string): Promise<Case | null> =>
  cases.find(caseIdOf(orderId, kind, subject));
const chargeback = () => caseOf(CaseKind.CHARGEBACK, "du_1");
const refundCase = () => caseOf(CaseKind.PROVIDER_REFUND, "re_1");
const { NEEDS_RESPONSE, UNDER_REVIEW, WON, LOST, PREVENTED, WARNING_CLOSED, WARNING_NEEDS_RESPONSE } =
  DisputeStatus;

describe("a dispute", () => {
  it("opens a case once, which freezes what the seller earned", async () => {
    await dispute(NEEDS_RESPONSE);
    const opened = await chargeback();
    expect(opened).toMatchObject({ status: CaseStatus.OPEN, buyerId: "b", sellerId: "s", subject: "du_1" });
    await dispute(UNDER_REVIEW);
    expect((await chargeback())?.version).toBe(opened?.version);
    expect(held).toEqual([opened?._id, opened?._id]);
  });

  it.each([
    [WON, CaseRuling.REJECT],
    [WARNING_CLOSED, CaseRuling.REJECT],
    [LOST, CaseRuling.REFUND],
    [PREVENTED, CaseRuling.REFUND],
  ])("that ended as %s decides its case, also where its beginning was never heard", async (end, ruling) => {
    await dispute(end);
    const decided = await chargeback();
    expect(decided).toMatchObject({ status: CaseStatus.DECIDED, decision: { ruling, number: 1 } });
    expect(decided?.decision?.operatorId).toBeUndefined();
    await dispute(end);
    await dispute(NEEDS_RESPONSE);
    expect((await chargeback())?.version).toBe(decided?.version);
  });

  it("says until when its bank takes evidence, and whether it has some", async () => {
    const due = (day: number) => new Date(Date.UTC(2030, 0, day));
    const terms = (version: bigint, to: DisputeStatus, day: number, evidenceSubmitted = false) => {
      const evidenceDueTime = timestampFromDate(due(day));
      return hear(
        { disputes: [{ providerDisputeId: "du_1", status: to, evidenceDueTime, evidenceSubmitted }] },
        version,
      );
    };
    await terms(1n, NEEDS_RESPONSE, 8);
    expect((await chargeback())?.bank).toMatchObject({ awaited: true, dueTime: due(8) });
    await terms(2n, NEEDS_RESPONSE, 9);
    expect((await chargeback())?.bank?.dueTime).toEqual(due(9));
    await terms(1n, NEEDS_RESPONSE, 8);
    expect((await chargeback())?.bank?.dueTime).toEqual(due(9));
    await terms(3n, NEEDS_RESPONSE, 9);
    await terms(2n, UNDER_REVIEW, 9, true);
    expect((await chargeback())?.bank).toMatchObject({ awaited: true, version: 3 });
    await terms(4n, UNDER_REVIEW, 9, true);
    expect((await chargeback())?.bank).toMatchObject({ awaited: false, submittedTime: now, closedTime: now });
    await terms(5n, WON, 9, true);
    expect((await chargeback())?.history.map(({ type }) => type)).toEqual([
      ...["case_opened", "case_evidence_awaited", "case_evidence_submitted", "case_decided"],
    ]);
  });

  it("that was an inquiry is to be answered anew, also by the same time", async () => {
    const evidenceDueTime = timestampFromDate(new Date(Date.UTC(2030, 0, 8)));
    const terms = (version: bigint, to: DisputeStatus) =>
      hear({ disputes: [{ providerDisputeId: "du_1", status: to, evidenceDueTime }] }, version);
    await terms(1n, WARNING_NEEDS_RESPONSE);
    await cases.update(caseIdOf(orderId, CaseKind.CHARGEBACK, "du_1"), (known) => closeEvidence(known, now));
    await terms(2n, NEEDS_RESPONSE);
    const found = await chargeback();
    expect(found?.bank).toMatchObject({ awaited: true, inquiry: false });
    expect(found?.bank?.closedTime).toBeUndefined();
    expect(found?.history.at(-1)?.type).toBe("case_evidence_awaited");
  });

  /** Lets the dispute be heard of by a version of its payment. */
  const at = (version: bigint, to: DisputeStatus) =>
    hear({ disputes: [{ providerDisputeId: "du_1", status: to }] }, version);
  const nth = (n: number) => caseOf(CaseKind.CHARGEBACK, n === 1 ? "du_1" : `du_1:${n}`);
  const rulings = async () => {
    const found = await Promise.all([1, 2, 3, 4].map(nth));
    const name = ({ decision, status: now }: Case) =>
      decision ? CaseRuling[decision.ruling] : CaseStatus[now];
    return found.flatMap((each) => (each ? [name(each)] : []));
  };

  it("that goes on after its end has a further case each time, which freezes what the seller earned", async () => {
    await at(1n, NEEDS_RESPONSE);
    await at(2n, WON);
    expect(await rulings()).toEqual(["REJECT"]);
    held = [];
    await at(4n, NEEDS_RESPONSE);
    expect(await rulings()).toEqual(["REJECT", "OPEN"]);
    expect(held).toEqual([(await nth(2))?._id]);
    await at(5n, LOST);
    expect(await rulings()).toEqual(["REJECT", "REFUND"]);
    await at(6n, WON);
    expect(await rulings()).toEqual(["REJECT", "REFUND", "REJECT"]);
    // The same, as it was or as another change of the payment tells it again, opens no more.
    for (const [version, to] of [
      [2n, WON],
      [4n, NEEDS_RESPONSE],
      [5n, LOST],
      [7n, WON],
    ] as const)
      await at(version, to);
    expect(await rulings()).toEqual(["REJECT", "REFUND", "REJECT"]);
  });

  it("whose news come late opens no further case, and ends none that was opened since", async () => {
    await at(2n, WON);
    await at(1n, NEEDS_RESPONSE);
    expect(await rulings()).toEqual(["REJECT"]);
    await at(4n, NEEDS_RESPONSE);
    await at(3n, WON);
    expect(await rulings()).toEqual(["REJECT", "OPEN"]);
  });

  it("that an operator decided, and that ended otherwise before, has no further case", async () => {
    await at(1n, LOST);
    const { _id: id } = await cases.get(caseIdOf(orderId, CaseKind.CHARGEBACK, "du_1"));
    await cases.update(id, (lost) => reopen(lost, 1, "charge_disputed", now));
    await cases.update(id, (again) =>
      decide(
        again,
        { operatorId: "op", ruling: CaseRuling.REJECT, reason: "Settled by hand" },
        { alone: true },
        now,
      ),
    );
    await at(2n, LOST);
    expect(await rulings()).toEqual(["REJECT"]);
  });

  it("whose loss an operator accepts has one case, however late and often its news come", async () => {
    const evidenceDueTime = timestampFromDate(new Date(Date.UTC(2030, 0, 8)));
    const news = (version: bigint, to: DisputeStatus) =>
      hear({ disputes: [{ providerDisputeId: "du_1", status: to, evidenceDueTime }] }, version);
    await news(3n, NEEDS_RESPONSE);
    holdRefusal = new DomainError("CONTENTION", "no");
    expect(await news(4n, NEEDS_RESPONSE).catch(reasonOf)).toBe("CONTENTION");
    holdRefusal = undefined;
    const id = caseIdOf(orderId, CaseKind.CHARGEBACK, "du_1");
    const verdict = { operatorId: "op", ruling: CaseRuling.REFUND, reason: "No ticket" };
    await cases.update(id, (known) => decide(known, verdict, { alone: true }, now));
    for (const version of [4n, 6n]) await news(version, NEEDS_RESPONSE);
    expect(await rulings()).toEqual(["REFUND"]);
    for (const version of [7n, 7n, 8n]) await news(version, LOST);
    await cases.update(id, (known) => close(known, 1, now));
    for (const version of [4n, 6n]) await news(version, NEEDS_RESPONSE);
    expect(await rulings()).toEqual(["REFUND"]);
    await news(9n, WON);
    expect(await rulings()).toEqual(["REFUND", "REJECT"]);
  });

  it("is the bank's to decide, not an operator's", async () => {
    await dispute(NEEDS_RESPONSE);
    const opened = await chargeback();
    const verdict = { operatorId: "op", ruling: CaseRuling.REJECT, reason: "No" };
    const refusal = () => opened && decide(opened, verdict, { alone: true }, now);
    expect(refusal).toThrow(expect.objectContaining({ reason: "BANK_DECIDES" }));
  });

  it("whose end could not be done is an operator's to decide", async () => {
    await dispute(LOST);
    const id = caseIdOf(orderId, CaseKind.CHARGEBACK, "du_1");
    const reopened = await cases.update(id, (lost) => reopen(lost, 1, "charge_disputed", now));
    await dispute(LOST);
    expect(await chargeback()).toMatchObject({ status: CaseStatus.OPEN, version: reopened.version });
    const verdict = { operatorId: "op", ruling: CaseRuling.REJECT, reason: "Settled by hand" };
    expect(decide(reopened, verdict, { alone: true }, now).status).toBe(CaseStatus.DECIDED);
  });

  it("beside another one has a case of its own", async () => {
    const both = [
      { providerDisputeId: "du_1", status: WON },
      { providerDisputeId: "du_2", status: NEEDS_RESPONSE },
    ];
    await hear({ disputes: both });
    expect(await chargeback()).toMatchObject({ status: CaseStatus.DECIDED });
    expect(await caseOf(CaseKind.CHARGEBACK, "du_2")).toMatchObject({ status: CaseStatus.OPEN });
  });

  it("whose hold was refused is held once it is heard again", async () => {
    holdRefusal = new DomainError("CONTENTION", "no");
    expect(await dispute(NEEDS_RESPONSE).catch(reasonOf)).toBe("CONTENTION");
    holdRefusal = undefined;
    await dispute(NEEDS_RESPONSE);
    expect(held).toEqual([(await chargeback())?._id]);
  });

  it("of an order that is not complete yet waits for it, and of one that was never sold is nobody's case", async () => {
    status = OrderStatus.AWAITING_PAYMENT;
    await expect(dispute(NEEDS_RESPONSE)).rejects.toThrow("not complete yet");
    status = OrderStatus.CANCELLED;
    await dispute(NEEDS_RESPONSE);
    expect(await chargeback()).toBeNull();
    expect(held).toEqual([]);
  });
});

describe("a refund by hand", () => {
  it("opens a case once, which an operator decides", async () => {
    await byHand(RefundStatus.UNDERWAY);
    await byHand(RefundStatus.SUCCEEDED);
    const opened = await refundCase();
    expect(opened).toMatchObject({ status: CaseStatus.OPEN, version: 1, kind: CaseKind.PROVIDER_REFUND });
    expect(held).toContain(opened?._id);
  });

  it("that failed ends its case: the sale stands; and one that was never heard of before opens none", async () => {
    await byHand(RefundStatus.FAILED);
    expect(await refundCase()).toBeNull();
    await byHand(RefundStatus.SUCCEEDED);
    await byHand(RefundStatus.FAILED);
    expect(await refundCase()).toMatchObject({
      ...{ status: CaseStatus.DECIDED, decision: { ruling: CaseRuling.REJECT } },
    });
  });

  it("of an order that is refunded is no news; a dispute of it is", async () => {
    status = OrderStatus.REFUNDED;
    await byHand(RefundStatus.SUCCEEDED);
    expect(await refundCase()).toBeNull();
    await dispute(NEEDS_RESPONSE);
    expect(await chargeback()).toMatchObject({ status: CaseStatus.OPEN });
  });
});
