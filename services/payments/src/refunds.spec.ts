import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { mergeRefunds, type Refund, standingOf } from "./refunds.ts";

const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second));
const refund = (id: number, amount: number, status: Refund["status"]): Refund => ({
  ...{ id: `re_${id}`, amount, status, createTime: at(id) },
});
const outcome = (...refunds: Refund[]) => standingOf(refunds, 100)?.outcome;

describe("refunds of a charge", () => {
  it("are the same however often, late and in whatever order they are seen", () => {
    const look = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 3 }),
        status: fc.constantFrom<Refund["status"]>("underway", "succeeded", "failed"),
      }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(fc.array(look, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (looks, random) => {
        const seen = looks.map((one) => one.map(({ id, status }) => refund(id, 100, status)));
        const shuffled = [...seen, ...seen]
          .map((one) => ({ one, key: random.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(shuffled.reduce<Refund[]>(mergeRefunds, [])).toEqual(seen.reduce<Refund[]>(mergeRefunds, []));
      }),
    );
  });

  it("give all back only when they have succeeded", () => {
    expect(outcome()).toBeUndefined();
    expect(outcome(refund(1, 100, "underway"))).toBe("underway");
    expect(outcome(refund(1, 100, "succeeded"))).toBe("succeeded");
    expect(outcome(refund(1, 100, "failed"))).toBe("failed");
    expect(outcome(refund(1, 100, "failed"), refund(2, 100, "underway"))).toBe("underway");
    expect(outcome(refund(1, 100, "failed"), refund(2, 100, "succeeded"))).toBe("succeeded");
  });

  it("of parts that failed asked for no more than what is given back, unless all was asked back", () => {
    const part = (id: number, amount: number, status: Refund["status"]) => ({
      ...refund(id, amount, status),
      operationId: `o:part:case:${id}:1`,
    });
    const whole = (...[id, amount, status]: Parameters<typeof refund>) => ({
      ...refund(id, amount, status),
      operationId: "o:refund:1",
    });
    expect(outcome(part(1, 60, "failed"), part(2, 60, "succeeded"))).toBeUndefined();
    expect(outcome(part(1, 60, "succeeded"), whole(2, 40, "succeeded"))).toBe("succeeded");
    expect(outcome(part(1, 60, "succeeded"), whole(2, 40, "failed"))).toBe("failed");
    expect(outcome(part(1, 60, "failed"), whole(2, 40, "succeeded"))).toBe("failed");
    // Nor did what somebody tried by hand beside a part, before a look had shown all of it asked back.
    const byHand = [refund(1, 70, "failed"), part(2, 30, "succeeded")];
    expect(outcome(...byHand)).toBeUndefined();
    expect(standingOf(byHand, 100, true)?.outcome).toBe("failed");
  });

  it("add up: a part by hand and the rest", () => {
    expect(outcome(refund(1, 30, "succeeded"))).toBeUndefined();
    expect(outcome(refund(1, 30, "failed"))).toBeUndefined();
    expect(outcome(refund(1, 30, "succeeded"), refund(2, 70, "succeeded"))).toBe("succeeded");
    expect(outcome(refund(1, 30, "succeeded"), refund(2, 70, "underway"))).toBe("underway");
    expect(outcome(refund(1, 30, "succeeded"), refund(2, 70, "failed"))).toBe("failed");
    expect(outcome(refund(1, 30, "failed"), refund(2, 70, "failed"))).toBe("failed");
    expect(outcome(refund(1, 30, "failed"), refund(2, 70, "underway"))).toBe("failed");
    expect(outcome(refund(1, 60, "failed"), refund(2, 30, "failed"))).toBeUndefined();
    expect(outcome(refund(1, 100, "failed"), refund(2, 30, "succeeded"))).toBe("failed");
    expect(outcome(refund(1, 100, "failed"), refund(2, 30, "failed"), refund(3, 100, "succeeded"))).toBe(
      "succeeded",
    );
  });
});
