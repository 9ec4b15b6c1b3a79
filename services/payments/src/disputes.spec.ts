import { describe, expect, it } from "@jest/globals";
import { DisputeOutcome, DisputeStatus } from "@ticketing/proto/payments/v1/payment";
import fc from "fast-check";
import { type Dispute, decisiveOf, type ShownDispute, withRefusal, withShown } from "./disputes.ts";
import { type Payment, start } from "./payment.ts";
import { observeDisputes, refusedAsDisputed } from "./payment-disputes.ts";
import { paymentMessage, paymentState } from "./payment-message.ts";

const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 0, minute));
const payment = () => start({ id: "o1", buyerId: "b", price: { minorUnits: 5, currency: "USD" } }, at(0));
const shown = (id: string, status: string, facts: Partial<ShownDispute> = {}): ShownDispute => ({
  ...{ id, status, reason: "fraudulent", amount: { minorUnits: 5, currency: "USD" } },
  ...{ evidenceDueTime: at(600), evidenceSubmitted: false, createTime: at(1), ...facts },
});
/** What is known after these looks, one a minute. */
const afterLooks = (looks: ShownDispute[][]): readonly Dispute[] =>
  looks.reduce<readonly Dispute[]>((known, look, n) => withShown(known, look, at(10 + n)), []);
const types = ({ history }: Payment) => history.map(({ type }) => type).slice(1);

describe("the disputes of a charge", () => {
  it("stay open while one of them is", () => {
    const [won, open] = [shown("du_1", "won"), shown("du_2", "needs_response")];
    expect(decisiveOf(afterLooks([[won, open]]))).toMatchObject({ id: "du_2", time: at(1) });
    expect(decisiveOf(afterLooks([[open, won]]))).toMatchObject({ id: "du_2" });
    expect(decisiveOf(afterLooks([[won], [won, shown("du_2", "a_word_of_tomorrow")]]))).toMatchObject({
      id: "du_2",
    });
  });

  it("are lost once one of them is, also where it was settled before it began", () => {
    const won = shown("du_2", "won");
    for (const status of ["lost", "prevented"]) {
      expect(decisiveOf(afterLooks([[shown("du_1", status), won]]))).toMatchObject({ outcome: "lost" });
    }
  });

  it("are open again where a lost one may be appealed, and whatever it was last in the end", () => {
    const went = ["lost", "appeal_needs_response"].map((status) => [shown("du_1", status)]);
    expect(decisiveOf(afterLooks(went))?.outcome).toBeUndefined();
    expect(decisiveOf(afterLooks([...went, [shown("du_1", "won")]]))).toMatchObject({
      ...{ outcome: "won", time: at(12) },
    });
  });

  it("are known by a refund that was refused, until a look explains it", () => {
    const won = afterLooks([[shown("du_1", "won")]]);
    const refused = withRefusal(won, at(13));
    expect(decisiveOf(refused)).toEqual({ time: at(13) });
    expect(withShown(refused, [shown("du_1", "won")], at(14))).toBe(refused);
    expect(withRefusal(refused, at(14))).toBe(refused);
    const open = [shown("du_1", "won"), shown("du_2", "needs_response")];
    expect(withShown(refused, open, at(15)).map(({ id }) => id)).toEqual(["du_1", "du_2"]);
    // What is lost explains it.
    const lost = afterLooks([[shown("du_1", "lost")]]);
    expect(withRefusal(lost, at(13))).toBe(lost);
  });

  it("are what the last look showed, and the same as long as looks show the same", () => {
    const dispute = fc.record({
      id: fc.constantFrom("du_1", "du_2", "du_3"),
      status: fc.constantFrom("warning_needs_response", "needs_response", "under_review", "won", "lost"),
    });
    const look = fc
      .uniqueArray(dispute, { selector: ({ id }) => id, minLength: 3 })
      .map((some) => some.map(({ id, status }) => shown(id, status)));
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 5 }), (looks) => {
        const known = afterLooks(looks);
        const last = looks.at(-1) ?? [];
        expect(known.map(({ shown: one }) => one?.status).toSorted()).toEqual(
          last.map(({ status }) => status).toSorted(),
        );
        expect(withShown(known, last, at(59))).toBe(known);
      }),
    );
  });
});

describe("a payment whose charge is disputed", () => {
  it("says each step of a dispute, with what Stripe shows of it", () => {
    const inquiry = observeDisputes(payment(), [shown("du_1", "warning_needs_response")], at(1));
    const dispute = observeDisputes(inquiry, [shown("du_1", "needs_response")], at(2));
    const answered = shown("du_1", "under_review", { evidenceSubmitted: true });
    const review = observeDisputes(dispute, [answered], at(3));
    expect(observeDisputes(review, [answered], at(4))).toBe(review);
    const lost = observeDisputes(review, [{ ...answered, status: "lost" }], at(5));
    expect(types(lost)).toEqual([
      ...["payment_disputed", "payment_dispute_changed", "payment_dispute_changed", "payment_dispute_closed"],
    ]);
    expect(paymentState(inquiry).disputes).toMatchObject([
      {
        ...{ providerDisputeId: "du_1", providerReason: "fraudulent", amount: { minorUnits: 5n } },
        ...{ status: DisputeStatus.WARNING_NEEDS_RESPONSE, evidenceSubmitted: false },
      },
    ]);
    expect(paymentState(lost).disputes).toMatchObject([
      { status: DisputeStatus.LOST, evidenceSubmitted: true },
    ]);
    expect(paymentMessage(lost).disputes).toEqual(paymentState(lost).disputes);
  });

  it("is disputed again by a second dispute, and says so", () => {
    const won = shown("du_1", "won");
    const opened = observeDisputes(payment(), [shown("du_1", "needs_response")], at(1));
    const first = observeDisputes(opened, [won], at(2));
    expect(first).toMatchObject({ disputedTime: at(1), disputeClosed: { id: "du_1", time: at(2) } });
    const second = observeDisputes(first, [won, shown("du_2", "needs_response")], at(3));
    expect(second).toMatchObject({ disputedTime: at(3), disputeClosed: undefined });
    expect(types(second)).toEqual(["payment_disputed", "payment_dispute_closed", "payment_disputed"]);
    expect(second.history.at(-2)?.data).toEqual({ outcome: "won", disputeOutcome: "won" });
    expect([payment(), first, second].map((each) => paymentMessage(each).closedDisputeOutcome)).toEqual([
      ...[undefined, DisputeOutcome.WON, undefined],
    ]);
  });

  it("is disputed where a refund was refused for it although the dispute that was known was won", () => {
    const won = observeDisputes(payment(), [shown("du_1", "won")], at(2));
    const refused = refusedAsDisputed(won, won, at(3));
    expect(refused.disputeClosed).toBeUndefined();
    expect(paymentState(refused).disputes).toMatchObject([{ providerDisputeId: "du_1" }]);
    // It ended while the refund was asked for.
    const open = observeDisputes(payment(), [shown("du_1", "needs_response")], at(1));
    expect(refusedAsDisputed(won, open, at(3))).toBe(won);
  });

  it("is read as releases wrote it that knew of one dispute, or believed messages", () => {
    const end = { id: "du_1", outcome: "won", time: at(2) } as const;
    const old = { ...payment(), disputedTime: at(1), disputeClosed: end };
    expect(paymentState(old).disputes).toMatchObject([
      { providerDisputeId: "du_1", status: DisputeStatus.WON },
    ]);
    const seen = observeDisputes(old, [shown("du_1", "won")], at(3));
    expect(seen).toMatchObject({ disputeClosed: end, disputes: [{ ...end, shown: { status: "won" } }] });
    expect(types(seen)).toEqual(["payment_dispute_changed"]);
    expect(observeDisputes(old, [shown("du_2", "needs_response")], at(3)).disputeClosed).toBeUndefined();
    // Of a replica of theirs that took over in between.
    const open = observeDisputes(payment(), [shown("du_1", "needs_response")], at(1));
    const taken = { ...open, disputeClosed: end };
    expect(refusedAsDisputed(taken, taken, at(3)).disputeClosed).toBeUndefined();
    // Of one that knew of no ids.
    const nameless = { ...payment(), disputedTime: at(1) };
    expect(paymentState(nameless).disputes).toEqual([]);
    expect(observeDisputes(nameless, [shown("du_1", "won")], at(3)).disputeClosed).toMatchObject({
      ...{ id: "du_1", outcome: "won" },
    });
  });
});
