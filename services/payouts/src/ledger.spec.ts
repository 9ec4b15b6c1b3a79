import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { balance, book, type LedgerEntry, type LedgerFact } from "./ledger.ts";

const time = new Date(0);
const sumOf = ({ postings }: LedgerEntry) => Object.values(postings).reduce((sum, amount) => sum + amount, 0);
const accounts = ["stripe", "seller", "fees", "receivable"] as const;

const booked = (facts: LedgerFact[], split: { price: number; net: number }) =>
  facts.reduce<LedgerEntry[]>((entries, fact) => book(entries, { id: fact, fact, time }, split), []);

const splits = fc
  .record({
    price: fc.integer({ min: 1, max: 10_000_000 }),
    share: fc.float({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ price, share }) => ({ price, net: Math.max(1, Math.floor(price * share)) }));

it("every entry has two sides that sum to zero, and so have the books of any sale", () => {
  fc.assert(
    fc.property(
      splits,
      fc.array(fc.constantFrom<LedgerFact>("transfer", "refund", "reversal"), { maxLength: 6 }),
      (split, facts) => {
        const entries = booked(["sale", ...facts], split);
        for (const entry of entries) expect(sumOf(entry)).toBe(0);
        expect(accounts.reduce((sum, account) => sum + balance(entries, account), 0)).toBe(0);
      },
    ),
  );
});

it.each([
  [["sale"], { stripe: 100, seller: -90, fees: -10, receivable: 0 }],
  [["sale", "transfer"], { stripe: 10, seller: 0, fees: -10, receivable: 0 }],
  [["sale", "refund"], { stripe: 0, seller: 0, fees: 0, receivable: 0 }],
  [["sale", "transfer", "refund"], { stripe: -90, seller: 0, fees: 0, receivable: 90 }],
  [["sale", "transfer", "refund", "reversal"], { stripe: 0, seller: 0, fees: 0, receivable: 0 }],
] as const)("after %j everybody has what is theirs", (facts, expected) => {
  const entries = booked([...facts], { price: 100, net: 90 });
  expect(Object.fromEntries(accounts.map((account) => [account, balance(entries, account)]))).toEqual(
    expected,
  );
});

it("a fact is booked once, and what was booked stays", () => {
  const split = { price: 100, net: 90 };
  const once = booked(["sale", "transfer"], split);
  const again = book(once, { id: "transfer", fact: "transfer", time: new Date(1) }, { price: 5, net: 4 });
  expect(again).toEqual(once);
  expect(book(once, { id: "refund", fact: "refund", time }, split).slice(0, 2)).toEqual(once);
});
