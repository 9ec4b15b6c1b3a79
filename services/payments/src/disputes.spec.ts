import { describe, expect, it } from "@jest/globals";
import { DisputeOutcome } from "@ticketing/proto/payments/v1/payment";
import fc from "fast-check";
import {
  type DisputeNews,
  decisiveOf,
  type DisputeOutcome as StoredOutcome,
  withNews,
  withRefusal,
} from "./disputes.ts";
import { start } from "./payment.ts";
import { closeDispute, dispute, refusedAsDisputed } from "./payment-disputes.ts";
import { paymentMessage } from "./payment-message.ts";

const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 0, minute));
const payment = () => start({ id: "o1", buyerId: "b", price: { minorUnits: 5, currency: "USD" } }, at(0));
const opened = (id: string, minute: number): DisputeNews => ({ id, time: at(minute) });
const ended = (id: string, outcome: StoredOutcome, minute: number) => ({ id, outcome, time: at(minute) });
const afterAll = (news: DisputeNews[]) => news.reduce(withNews, []);

describe("the disputes of a charge", () => {
  it("stay open while one of them is, even if the end of another is reported again", () => {
    const won = ended("du_1", "won", 2);
    const both = [opened("du_1", 1), won, opened("du_2", 3)];
    expect(decisiveOf(afterAll([...both, won]))).toEqual(opened("du_2", 3));
    const two = [opened("du_1", 1), opened("du_2", 1), won];
    expect(decisiveOf(afterAll(two))).toEqual(opened("du_2", 1));
  });

  it("are lost once one of them is, and a dispute that ended otherwise after all is what it was last", () => {
    const lost = ended("du_1", "lost", 3);
    expect(decisiveOf(afterAll([ended("du_1", "won", 2), lost]))).toMatchObject({ outcome: "lost" });
    expect(decisiveOf(afterAll([lost, ended("du_1", "won", 2)]))).toMatchObject({ outcome: "lost" });
    expect(decisiveOf(afterAll([lost, ended("du_2", "won", 4)]))).toMatchObject({ outcome: "lost" });
  });

  it("are known by a refund that was refused, until a message tells of it", () => {
    const won = afterAll([ended("du_1", "won", 2)]);
    const refused = withRefusal(won, at(3));
    expect(decisiveOf(refused)).toEqual({ time: at(3) });
    expect(withNews(refused, ended("du_1", "won", 2))).toBe(refused);
    expect(withRefusal(refused, at(4))).toBe(refused);
    expect(decisiveOf(withNews(refused, opened("du_2", 3)))).toEqual(opened("du_2", 3));
    expect(decisiveOf(withNews(refused, ended("du_2", "lost", 5)))).toMatchObject({ outcome: "lost" });
    // What is lost explains it.
    const lost = afterAll([ended("du_1", "lost", 2)]);
    expect(withRefusal(lost, at(3))).toBe(lost);
  });

  it("are the same in whatever order their messages come, and however often", () => {
    const told = [
      ...[opened("du_1", 1), ended("du_1", "won", 2), ended("du_1", "lost", 5)],
      ...[opened("du_2", 3), ended("du_2", "warning_closed", 4), opened("du_3", 6)],
    ];
    const standing = (news: DisputeNews[]) =>
      [...afterAll(news)].map(({ id, outcome }) => `${id} ${outcome}`).toSorted();
    const orders = fc.shuffledSubarray([...told, ...told], { minLength: told.length * 2 });
    fc.assert(fc.property(orders, (news) => expect(standing(news)).toEqual(standing(told))));
  });
});

describe("a payment whose charge is disputed", () => {
  it("is disputed again by a second dispute, although the end of the first is reported again", () => {
    const won = ended("du_1", "won", 2);
    const first = closeDispute(dispute(payment(), opened("du_1", 1), at(1)), won, at(2));
    expect(first).toMatchObject({ disputedTime: at(1), disputeClosed: won });
    const second = dispute(first, opened("du_2", 3), at(3));
    expect(second).toMatchObject({ disputedTime: at(3), disputeClosed: undefined });
    expect(closeDispute(second, won, at(4))).toBe(second);
    expect(second.history.map(({ type }) => type).slice(1)).toEqual([
      ...["payment_disputed", "payment_dispute_closed", "payment_disputed"],
    ]);
    expect(second.history.at(-2)?.data).toEqual({ outcome: "won", disputeOutcome: "won" });
    expect([payment(), first, second].map((each) => paymentMessage(each).closedDisputeOutcome)).toEqual([
      ...[undefined, DisputeOutcome.WON, undefined],
    ]);
  });

  it("is disputed where a refund was refused for it although the dispute that was known was won", () => {
    const won = closeDispute(payment(), ended("du_1", "won", 2), at(2));
    expect(refusedAsDisputed(won, won, at(3)).disputeClosed).toBeUndefined();
    // It ended while the refund was asked for.
    expect(refusedAsDisputed(won, dispute(payment(), opened("du_1", 1), at(1)), at(3))).toBe(won);
  });

  it("is read as releases wrote it that knew of one dispute", () => {
    const old = { ...payment(), disputedTime: at(1), disputeClosed: ended("du_1", "won", 2) };
    expect(dispute(old, opened("du_1", 1), at(3))).toBe(old);
    expect(closeDispute(old, ended("du_1", "won", 2), at(3))).toBe(old);
    expect(dispute(old, opened("du_2", 3), at(3)).disputeClosed).toBeUndefined();
    // Of a replica of theirs that took over in between.
    const taken = { ...dispute(payment(), opened("du_1", 1), at(1)), disputeClosed: ended("du_1", "won", 2) };
    expect(refusedAsDisputed(taken, taken, at(3)).disputeClosed).toBeUndefined();
    const open = { ...payment(), disputedTime: at(1) };
    expect(closeDispute(open, ended("du_1", "won", 2), at(3)).disputeClosed).toMatchObject({
      outcome: "won",
    });
  });
});
