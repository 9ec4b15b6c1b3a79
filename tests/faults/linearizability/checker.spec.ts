import { readFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Call, isLinearizable } from "./checker.ts";
import { type Answer, apply, initial, type Operation } from "./model.ts";

const PRICE = 10;

describe("the checker", () => {
  it.each([
    ["two orders were both given the ticket", "sold-twice"],
    ["a read went back behind what an earlier one had shown", "stale-read"],
    ["one order held two tickets", "two-tickets"],
    ["one order held one ticket after another", "one-ticket-after-another"],
  ])("rejects a history in which %s", async (_, name) => {
    const history = await readFile(new URL(`histories/${name}.json`, import.meta.url), "utf8");
    expect(isLinearizable(initial(PRICE, 2), JSON.parse(history) as Call[])).toBe(false);
  });

  it("accepts every history that sequential tickets gave, however the calls overlap", () => {
    const asked = fc.oneof(
      fc.record({
        kind: fc.constant("lock" as const),
        orderId: fc.constantFrom("a", "b"),
        price: fc.constantFrom(10, 11),
      }),
      fc.record({
        kind: fc.constantFrom("unlock", "sell", "relist"),
        orderId: fc.constantFrom("a", "b"),
      }),
      fc.record({
        kind: fc.constant("edit" as const),
        version: fc.integer({ min: 1, max: 4 }),
        price: fc.constantFrom(10, 11),
      }),
      fc.constant({ kind: "read" as const }),
    );
    const operation: fc.Arbitrary<Operation> = fc
      .tuple(asked, fc.integer({ min: 0, max: 1 }))
      .map(([what, ticket]) => ({ ...what, ticket }) as Operation);
    const step = fc.record({
      operation,
      early: fc.integer({ min: 0, max: 5 }),
      late: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        let state = initial(PRICE, 2);
        const calls = steps.map(({ operation: called, early, late }, instant): Call => {
          const result = apply(state, called);
          state = result.state;
          const answer: Answer = { reason: result.reason };
          return { operation: called, began: instant - early, ended: instant + late, answer };
        });
        expect(isLinearizable(initial(PRICE, 2), calls)).toBe(true);
      }),
    );
  });

  it("lets a call without an answer have happened at any time, or never", () => {
    const lost: Call = {
      operation: { ticket: 0, kind: "lock", orderId: "a", price: PRICE },
      began: 0,
      ended: Number.POSITIVE_INFINITY,
    };
    const refused = (at: number, reason: string): Call => ({
      operation: { ticket: 0, kind: "lock", orderId: "b", price: PRICE },
      began: at,
      ended: at + 1,
      answer: { reason },
    });
    expect(isLinearizable(initial(PRICE), [lost, refused(5, "TICKET_LOCKED")])).toBe(true);
    expect(isLinearizable(initial(PRICE), [lost, refused(5, "ok")])).toBe(true);
    expect(isLinearizable(initial(PRICE), [lost, refused(5, "TICKET_SOLD")])).toBe(false);
  });
});
