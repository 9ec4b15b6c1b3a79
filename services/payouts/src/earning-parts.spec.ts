import { describe, expect, it } from "@jest/globals";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import fc from "fast-check";
import { beginTransfer, type Earning, hold, isTransferable, look, transferred } from "./earning.ts";
import {
  backOf,
  dueOf,
  feeOf,
  isWholeOwed,
  leftOf,
  netOf,
  owedOf,
  partsOf,
  transferOf,
} from "./earning-amounts.ts";
import { afterFailure, idempotencyKey } from "./earning-attempts.ts";
import { isNettable, payDebt, reserve } from "./earning-netting.ts";
import { dropPart, partRefunded, reduce } from "./earning-parts.ts";
import { beginReversal, holdForRefund, recovered, refunded, restore } from "./earning-refund.ts";
import { balance } from "./ledger.ts";

const { HELD, TRANSFERRED, REVERSED, OWED } = EarningStatus;
const at = (hours: number) => new Date(Date.UTC(2030, 0, 1, hours));
const facts = { accountId: "acct_1", chargeId: "ch_1" };

const held = (price = 12_500, fee = 1_250) =>
  hold(
    {
      ...{ _id: "order", sellerId: "seller", ticketId: "ticket", title: "Night", releaseTime: at(0) },
      ...{ price: { minorUnits: price, currency: "USD" }, fee },
    },
    at(0),
  );
const paid = (earning = held()) =>
  transferred(beginTransfer(look(earning, at(1)), facts, at(1)), "tr_1", at(1));
const part = (amount: number, id = "case:1") => ({ id, amount });
const given = (earning: Earning, amount: number, id = "case:1") =>
  partRefunded(reduce(earning, part(amount, id), at(2)), id, at(2));
const outcome = (work: () => unknown) => {
  try {
    work();
    return "ok";
  } catch (error) {
    return reasonOf(error);
  }
};

describe("a part of the price that goes back", () => {
  it("lowers what the seller gets and what the platform keeps in proportion, before it is sent", () => {
    const less = reduce(held(), part(2_500), at(1));
    expect([netOf(less), feeOf(less), leftOf(less), less.status]).toEqual([9_000, 1_000, 10_000, HELD]);
    expect(less.entries).toHaveLength(1);
    expect(isTransferable(look(less, at(1)))).toBe(false);
    const after = look(partRefunded(less, "case:1", at(2)), at(3));
    expect(transferOf(after)).toBe(9_000);
    expect(isTransferable(after)).toBe(true);
    expect(after.entries.at(-1)?.postings).toEqual({ stripe: -2_500, seller: 2_250, fees: 250 });
  });

  it("is owed by the seller's share of it where that was transferred, and taken back once the buyer has it", () => {
    const owed = reduce(paid(), part(2_500), at(2));
    expect([owed.status, owedOf(owed), dueOf(owed)]).toEqual([OWED, 2_250, 0]);
    expect(beginReversal(owed, at(2))).toBe(owed);
    const due = partRefunded(owed, "case:1", at(3));
    expect([dueOf(due), due.debtorId, due.dueTime]).toEqual([2_250, "seller", at(3)]);
    const back = recovered(beginReversal(due, at(3)), "trr_1", at(4));
    expect([back.status, owedOf(back), back.takenBack, back.debtorId]).toEqual([
      TRANSFERRED,
      0,
      2_250,
      undefined,
    ]);
    expect(balance(back.entries, "receivable")).toBe(0);
    expect(back.attempts.reversal.number).toBe(2);
  });

  it("that did not go back leaves everything as it was, and a late repeat of it changes nothing", () => {
    for (const before of [held(), paid()]) {
      const dropped = dropPart(reduce(before, part(2_500), at(2)), "case:1", at(3));
      expect([netOf(dropped), dropped.status, owedOf(dropped)]).toEqual([11_250, before.status, 0]);
      expect(reduce(dropped, part(2_500), at(4))).toBe(dropped);
      expect(dropPart(dropped, "case:1", at(4))).toBe(dropped);
      expect(partRefunded(dropped, "case:1", at(4))).toBe(dropped);
    }
    const early = dropPart(held(), "case:1", at(1));
    expect(reduce(early, part(1), at(2))).toBe(early);
  });

  it("counts once, however often it is told of", () => {
    const once = given(paid(), 2_500);
    expect(reduce(once, part(2_500), at(4))).toBe(once);
    expect(partRefunded(once, "case:1", at(4))).toBe(once);
    expect(dropPart(once, "case:1", at(4))).toBe(once);
  });

  it("is less than what is left, and goes back beside nothing else that is under way", () => {
    const ask = (earning: Earning, amount = 100) =>
      outcome(() => reduce(earning, part(amount, "case:2"), at(5)));
    expect(ask(held(), 12_500)).toBe("PART_TOO_LARGE");
    expect(ask(given(held(), 2_500), 10_000)).toBe("PART_TOO_LARGE");
    expect(ask(given(held(), 2_500), 9_999)).toBe("ok");
    expect(ask(reduce(held(), part(1), at(1)))).toBe("EARNING_UNDERWAY");
    expect(ask(beginTransfer(look(held(), at(1)), facts, at(1)))).toBe("EARNING_UNDERWAY");
    for (const sold of [held(), paid()]) {
      expect(ask(holdForRefund(sold, at(2), at(2)))).toBe("EARNING_REFUNDED");
      expect(ask(refunded(sold, at(2)))).toBe("EARNING_REFUNDED");
      const announced = reduce(sold, part(1), at(2));
      expect(outcome(() => holdForRefund(announced, at(3), at(3)))).toBe("EARNING_UNDERWAY");
      expect(outcome(() => refunded(announced, at(3)))).toBe("EARNING_UNDERWAY");
    }
  });

  it("stays owed when a refund of the rest is given up, and is part of all that is owed when it is made", () => {
    const announced = holdForRefund(given(paid(), 2_500), at(3), at(3));
    expect([owedOf(announced), isWholeOwed(announced)]).toEqual([11_250, true]);
    const restored = restore(announced, at(3), at(4));
    expect([restored.status, owedOf(restored)]).toEqual([OWED, 2_250]);
    const all = refunded(announced, at(4));
    const back = recovered(beginReversal(all, at(4)), "trr_1", at(5));
    expect([back.status, back.takenBack]).toEqual([REVERSED, 11_250]);
  });

  it("is taken back by the reversal that was begun for it, also where more is owed by the time of its answer", () => {
    const first = beginReversal(given(paid(), 2_500), at(3));
    const back = backOf(first);
    const both = given(first, 2_500, "case:2");
    const one = recovered(both, "trr_1", at(4), back);
    expect([one.takenBack, owedOf(one), one.status]).toEqual([2_250, 2_250, OWED]);
    const second = beginReversal(one, at(5));
    // The answer to the first one, by another process, comes late.
    expect(recovered(second, "trr_1", at(6), back)).toBe(second);
    expect(recovered(second, "trr_2", at(6), backOf(second))).toMatchObject({
      takenBack: 4_500,
      status: TRANSFERRED,
    });
    const settledTwice = recovered(second, "trr_2", at(6), backOf(second));
    const third = given(settledTwice, 2_500, "case:3");
    // Both are made, another part is owed, and no reversal of that was begun yet.
    for (const late of [2_250, 4_500]) expect(recovered(third, "trr_1", at(7), late)).toBe(third);
    expect([dueOf(third), backOf(third)]).toEqual([2_250, 6_750]);
  });

  it("is not taken back by a late answer to a reversal that was given up before more was owed", () => {
    const first = beginReversal(given(paid(), 2_500), at(3));
    const refused = { kind: "refused", code: "balance_insufficient" } as const;
    const failed = { action: "reversal", key: idempotencyKey(first, "reversal"), failure: refused } as const;
    const more = given(afterFailure(first, failed, at(4), 0), 2_500, "case:2");
    const second = beginReversal(more, at(5));
    expect(second.takingBack).toBe(4_500);
    expect(recovered(second, "trr_1", at(6), 2_250)).toBe(second);
  });

  it("leaves less than was planned to be kept for another sale: then no transfer is begun by that plan", () => {
    const nettings = [{ orderId: "other", amount: 11_250 }];
    const less = look(given(held(), 2_500), at(3));
    expect(isTransferable(less)).toBe(true);
    expect(beginTransfer(less, { ...facts, nettings }, at(3))).toBe(less);
    const fits = { ...facts, nettings: [{ orderId: "other", amount: 9_000 }] };
    expect(beginTransfer(less, fits, at(3)).begun).toEqual(fits);
  });
});

/** What may happen to a sale, by number. */
type Step = { what: number; amount: number };
const steps = fc.array(fc.record({ what: fc.nat(9), amount: fc.integer({ min: 1, max: 6_000 }) }), {
  maxLength: 40,
});
const prices = fc
  .tuple(fc.integer({ min: 2, max: 12_500 }), fc.nat(12_500))
  .map(([price, fee]) => ({ price, fee: fee % price }));

/** The money as it moves outside of the books, told apart from them. */
function play(
  { price, fee }: { price: number; fee: number },
  all: readonly Step[],
  check: (world: Money) => void,
) {
  const world: Money = {
    earning: look(held(price, fee), at(1)),
    price,
    fee,
    buyer: 0,
    seller: 0,
    netted: 0,
    n: 0,
    reversals: [],
  };
  for (const step of all) {
    world.n++;
    try {
      happen(world, step, new Date(at(2).getTime() + world.n));
    } catch (error) {
      if (!["EARNING_UNDERWAY", "EARNING_REFUNDED", "PART_TOO_LARGE"].includes(reasonOf(error) ?? ""))
        throw error;
    }
    check(world);
  }
}
interface Money {
  earning: Earning;
  price: number;
  fee: number;
  /** What the buyer got back. */
  buyer: number;
  /** What the seller got of it, in money or by what was kept for another sale, less what was taken back. */
  seller: number;
  /** What other sales paid of what is owed. */
  netted: number;
  n: number;
  /** Under way; `isSent`: the buyer has it, which the earning does not know yet. */
  part?: { id: string; amount: number; isSent?: true } | undefined;
  refundAsked?: { time: Date; isSent?: true } | undefined;
  /** The reversals that were made so far, and what of the transfer is back since. */
  reversals: { id: string; back: number }[];
}

const reversalIdOf = ({ attempts }: Earning) => `trr_${attempts.reversal.number}`;

function happen(world: Money, { what, amount }: Step, now: Date): void {
  const { earning } = world;
  const take = (next: Earning) => {
    world.earning = next;
  };
  if (what === 0) {
    const wanted = { id: `case:${world.n}`, amount };
    take(reduce(earning, wanted, now));
    world.part = wanted;
  } else if (what === 1 && world.part) {
    // The money leaves first, and is recorded to have later, or is told of twice.
    if (!world.part.isSent) {
      world.part.isSent = true;
      world.buyer += world.part.amount;
      return;
    }
    take(partRefunded(earning, world.part.id, now));
    world.part = undefined;
  } else if (what === 2 && world.part && !world.part.isSent) {
    take(dropPart(earning, world.part.id, now));
    world.part = undefined;
  } else if (what === 3 && isTransferable(earning)) {
    const kept = Math.min(amount, netOf(earning));
    const nettings = amount % 2 ? [{ orderId: "other", amount: kept }] : undefined;
    const begun = beginTransfer(earning, { ...facts, ...(nettings && { nettings }) }, now);
    world.seller += netOf(begun);
    take(transferred(begun, transferOf(begun) > 0 ? "tr_1" : "", now));
  } else if (what === 4 && !earning.refundedTime && !world.refundAsked?.isSent) {
    take(holdForRefund(earning, now, now));
    world.refundAsked = { time: now };
  } else if (what === 5 && world.refundAsked) {
    if (!world.refundAsked.isSent) {
      world.refundAsked.isSent = true;
      world.buyer = world.price;
      return;
    }
    take(refunded(earning, now));
    world.refundAsked = undefined;
  } else if (what === 6 && world.refundAsked && !world.refundAsked.isSent) {
    take(look(restore(earning, world.refundAsked.time, now), now));
    world.refundAsked = undefined;
  } else if (what === 7) {
    const begun = beginReversal(earning, now);
    take(begun);
    if (!begun.reversing || world.reversals.some(({ id }) => id === reversalIdOf(begun))) return;
    const back = begun.takingBack ?? backOf(begun);
    // Stripe makes it now; of its answer somebody takes note later, or twice.
    world.seller -= back - (begun.takenBack ?? 0);
    world.reversals.push({ id: reversalIdOf(begun), back });
  } else if (what === 8 && world.reversals.length > 0) {
    const { id, back } = world.reversals[amount % world.reversals.length] as { id: string; back: number };
    take(recovered(earning, id, now, back));
  } else if (what === 9 && isNettable(earning)) {
    const by = { orderId: `pays-${world.n}`, number: 1, amount: Math.min(amount, dueOf(earning)) };
    world.netted += by.amount;
    take(payDebt(reserve(earning, by, now), by, now));
  }
}

describe("whatever happens to a sale, in whatever order", () => {
  it("no more than the charge is ever given away, and fee and net are what is left of the price", () => {
    fc.assert(
      fc.property(prices, steps, (sale, all) =>
        play(sale, all, ({ earning, price, fee, buyer, seller, netted, part: open, refundAsked }) => {
          expect(buyer + seller - netted - owedOf(earning)).toBeLessThanOrEqual(price);
          expect(feeOf(earning) + netOf(earning)).toBe(price - partsOf(earning));
          expect(feeOf(earning)).toBe(Math.floor((fee * leftOf(earning)) / price));
          expect(netOf(earning)).toBeGreaterThan(0);
          for (const { postings } of earning.entries) {
            expect(Object.values(postings).reduce((sum, each) => sum + each, 0)).toBe(0);
          }
          expect(owedOf(earning)).toBeGreaterThanOrEqual(0);
          if (earning.transferTime) expect(balance(earning.entries, "seller")).toBe(0);
          if (open || refundAsked) return;
          expect(balance(earning.entries, "receivable")).toBe(owedOf(earning));
          // Once nothing is under way the seller has, or is to get, exactly the share of what is left.
          if (earning.reversing) return;
          const isPaid = [TRANSFERRED, OWED].includes(earning.status);
          if (isPaid)
            expect(seller - netted - owedOf(earning)).toBe(earning.refundedTime ? 0 : netOf(earning));
          else if (earning.status === REVERSED) expect(seller - netted).toBe(0);
          else expect(balance(earning.entries, "seller")).toBe(-netOf(earning));
        }),
      ),
      { numRuns: 2_000 },
    );
  });
});
