import { describe, expect, it } from "@jest/globals";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import fc from "fast-check";
import {
  accountReady,
  beginTransfer,
  block,
  type Earning,
  hold,
  LOOK_AGAIN_MS,
  look,
  move,
  transferred,
} from "./earning.ts";
import { netOf, owedOf } from "./earning-amounts.ts";
import { afterFailure, idempotencyKey } from "./earning-attempts.ts";
import { holdForCase } from "./earning-cases.ts";
import { holdForRefund, recovered, refunded, restore } from "./earning-refund.ts";
import { balance } from "./ledger.ts";

const { HELD, RELEASED, TRANSFERRED, REVERSED, OWED } = EarningStatus;
const { EVENT, REFUND, DISPUTE, ACCOUNT, PROVIDER } = EarningHoldReason;
const at = (hours: number) => new Date(Date.UTC(2030, 0, 1, hours));
const facts = { accountId: "acct_1", chargeId: "ch_1" };

const held = () =>
  hold(
    {
      ...{ _id: "order", sellerId: "seller", ticketId: "ticket", title: "Night", releaseTime: at(10) },
      ...{ price: { minorUnits: 12_500, currency: "USD" }, fee: 1_250 },
    },
    at(0),
  );
const released = () => look(held(), at(10));
const begun = () => beginTransfer(released(), facts, at(10));
const paid = () => transferred(begun(), "tr_1", at(11));
const types = ({ history }: Earning) => history.map(({ type }) => type);

describe("an earning", () => {
  it("is held until its time, and not a moment less", () => {
    expect(held()).toMatchObject({ status: HELD, holdReason: EVENT, dueTime: at(10) });
    const early = held();
    expect(look(early, new Date(at(10).getTime() - 1))).toBe(early);
    expect(released()).toMatchObject({
      status: RELEASED,
      dueTime: new Date(at(10).getTime() + LOOK_AGAIN_MS),
    });
    expect(released().holdReason).toBeUndefined();
  });

  it("that waits for something is looked at again each day", () => {
    const waiting = block(released(), DISPUTE, at(10));
    expect(look(waiting, at(33))).toBe(waiting);
    const again = look(waiting, at(34));
    expect(types(again).at(-1)).toBe("earning_due");
    expect(again.dueTime).toEqual(at(58));
  });

  it("whose transfer was begun is looked at until its outcome is known, also if a case is open", () => {
    const due = look(holdForCase(begun(), "case", at(11)), at(34));
    expect(types(due).at(-1)).toBe("earning_due");
    expect(due.dueTime).toEqual(at(58));
  });

  it("that is owed is found by its seller, also where an earlier release recorded it", () => {
    const { debtorId: _, ...before } = refunded(paid(), at(12));
    expect(look(before, at(12))).toMatchObject({ debtorId: "seller" });
  });

  it("that waits for an account is looked at ever more rarely, but within a month", () => {
    let waiting = block(released(), ACCOUNT, at(10));
    const waits: number[] = [];
    for (let n = 0; n < 30; n++) {
      const due = waiting.dueTime ?? at(0);
      waiting = look(waiting, due);
      waits.push(((waiting.dueTime?.getTime() ?? 0) - due.getTime()) / LOOK_AGAIN_MS);
    }
    expect(waits[0]).toBe(1);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBe(30);
  });

  it("whose transfer was begun is kept by nothing before the outcome of that is known", () => {
    const underway = begun();
    for (const reason of [REFUND, DISPUTE]) expect(block(underway, reason, at(12))).toBe(underway);
  });

  it("that is kept by the same once more stays as it is", () => {
    const kept = block(released(), DISPUTE, at(11));
    expect(block(kept, DISPUTE, at(12))).toBe(kept);
  });

  it("moves with its event, also back from released, but not once a transfer was begun", () => {
    expect(move(held(), at(20), at(1))).toMatchObject({ releaseTime: at(20), dueTime: at(20), status: HELD });
    expect(move(released(), at(20), at(11))).toMatchObject({
      status: HELD,
      holdReason: EVENT,
      dueTime: at(20),
    });
    const underway = begun();
    expect(move(underway, at(20), at(11))).toBe(underway);
    const kept = holdForRefund(held(), at(1), at(1));
    expect(move(kept, at(20), at(2))).toMatchObject({ releaseTime: at(20), holdReason: REFUND });
    expect(move(kept, at(20), at(2)).dueTime).toBeUndefined();
  });

  it("is looked at as soon as the account is ready for which it waits, and for nothing else", () => {
    const waiting = block(released(), ACCOUNT, at(10));
    const due = accountReady(waiting, at(11));
    // Its event comes when it is its turn: so many a second are released, however many waited for this account.
    expect(due).toMatchObject({ dueTime: at(11), history: waiting.history });
    expect(types(look(due, at(11))).at(-1)).toBe("earning_due");
    const other = block(released(), DISPUTE, at(10));
    expect(accountReady(other, at(11))).toBe(other);
  });

  it("that the seller has is booked with the transfer's own id", () => {
    expect(paid()).toMatchObject({ status: TRANSFERRED, transferId: "tr_1", transferTime: at(11) });
    expect(paid().entries.map(({ id }) => id)).toEqual(["sale:order", "tr_1"]);
    const once = paid();
    expect(transferred(once, "tr_2", at(12))).toBe(once);
  });
});

describe("a refund", () => {
  it("that is announced keeps what was not transferred, whatever comes next", () => {
    const kept = holdForRefund(released(), at(11), at(11));
    expect(kept).toMatchObject({ status: RELEASED, holdReason: REFUND });
    expect(beginTransfer(kept, facts, at(12))).toBe(kept);
    expect(block(kept, DISPUTE, at(12))).toBe(kept);
    expect(kept.dueTime).toBeUndefined();
  });

  it("is not answered while a transfer may be under way", () => {
    expect(() => holdForRefund(begun(), at(11), at(11))).toThrow("its outcome is not known");
    expect(() => refunded(begun(), at(11))).toThrow("its outcome is not known");
  });

  it("after the transfer is owed before it is made, and booked once it was", () => {
    const owed = holdForRefund(paid(), at(12), at(12));
    expect(owed.status).toBe(OWED);
    expect(owedOf(owed)).toBe(11_250);
    expect(balance(owed.entries, "receivable")).toBe(0);
    const made = refunded(owed, at(13));
    expect(balance(made.entries, "receivable")).toBe(11_250);
    expect(types(look(made, at(13))).at(-1)).toBe("earning_due");
    const back = recovered(made, "trr_1", at(14));
    expect(back.status).toBe(REVERSED);
    expect(owedOf(back)).toBe(0);
    expect(balance(back.entries, "receivable")).toBe(0);
  });

  it("that is announced once more changes nothing", () => {
    for (const earning of [holdForRefund(held(), at(1), at(1)), holdForRefund(paid(), at(1), at(12))])
      expect(holdForRefund(earning, at(1), at(13))).toBe(earning);
  });

  it("that was only announced takes nothing back", () => {
    const owed = holdForRefund(paid(), at(12), at(12));
    expect(recovered(owed, "trr_1", at(13))).toBe(owed);
  });

  it("that is not made leaves the sale as it was, unless another one was announced since", () => {
    const kept = holdForRefund(held(), at(1), at(1));
    expect(restore(kept, at(1), at(2))).toMatchObject({ status: HELD, holdReason: EVENT, dueTime: at(10) });
    const owed = holdForRefund(paid(), at(12), at(12));
    expect(restore(owed, at(12), at(13)).status).toBe(TRANSFERRED);
    const twice = holdForRefund(kept, at(2), at(2));
    expect(restore(twice, at(1), at(3))).toBe(twice);
    const made = refunded(kept, at(3));
    expect(restore(made, at(1), at(4))).toBe(made);
  });
});

describe("a transfer that failed", () => {
  const failed = (earning: Earning, kind: "refused" | "unknown" | "limited", hours: number) =>
    afterFailure(
      earning,
      { action: "transfer", key: idempotencyKey(earning, "transfer"), failure: { kind, code: "no" } },
      at(hours),
      3_600_000,
    );

  it("for good is not under way any more, says why, and gets another key", () => {
    const after = failed(begun(), "refused", 11);
    expect(after).toMatchObject({
      holdReason: PROVIDER,
      refusal: { code: "no" },
      version: begun().version + 1,
    });
    expect(after.begun).toBeUndefined();
    expect(idempotencyKey(after, "transfer")).toBe("order:transfer:2");
    expect(holdForRefund(after, at(12), at(12)).holdReason).toBe(REFUND);
  });

  it("with an unknown outcome stays under way with its key until looks have shown nothing for two graces", () => {
    const unknown = failed(begun(), "unknown", 11);
    expect(idempotencyKey(unknown, "transfer")).toBe("order:transfer:1");
    expect(unknown.begun).toEqual(facts);
    expect(failed(unknown, "unknown", 12.9)).toBe(unknown);
    const over = failed(unknown, "unknown", 13);
    expect(idempotencyKey(over, "transfer")).toBe("order:transfer:2");
    expect(over.begun).toBeUndefined();
    const limited = begun();
    expect(failed(limited, "limited", 11)).toBe(limited);
  });
});

/** What a seller and a buyer have, as Stripe would know it. */
interface World {
  earning: Earning;
  refundSent: boolean;
  transferSent: boolean;
  reversed: boolean;
}

const commands: Record<string, (world: World, hours: number) => World> = {
  look: (world, hours) => ({ ...world, earning: look(world.earning, at(hours)) }),
  begin: (world, hours) => {
    const earning = beginTransfer(world.earning, facts, at(hours));
    // Stripe acts on what was begun, whatever we learn of it.
    return { ...world, earning, transferSent: world.transferSent || earning.begun !== undefined };
  },
  learn: (world, hours) =>
    world.earning.begun ? { ...world, earning: transferred(world.earning, "tr_1", at(hours)) } : world,
  announce: (world, hours) => {
    try {
      return { ...world, earning: holdForRefund(world.earning, at(hours), at(hours)), refundSent: true };
    } catch {
      return world;
    }
  },
  block: (world, hours) => ({ ...world, earning: block(world.earning, DISPUTE, at(hours)) }),
  move: (world, hours) => ({ ...world, earning: move(world.earning, at(hours + 1), at(hours)) }),
  record: (world, hours) =>
    world.refundSent ? { ...world, earning: refunded(world.earning, at(hours)) } : world,
  recover: (world, hours) => {
    const earning = recovered(world.earning, "trr_1", at(hours));
    return {
      ...world,
      earning,
      reversed: world.reversed || earning.entries.some(({ id }) => id === "trr_1"),
    };
  },
};

it("refund and transfer, less reversal and what is owed, are never more than the charge, in any order of events", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Object.keys(commands)), { minLength: 5, maxLength: 40 }),
      (names) => {
        let world: World = { earning: held(), refundSent: false, transferSent: false, reversed: false };
        names.forEach((name, n) => {
          world = commands[name]?.(world, 10 + n) ?? world;
          const { earning, refundSent, transferSent, reversed } = world;
          const [price, net] = [earning.price.minorUnits, netOf(earning)];
          const out = (refundSent ? price : 0) + (transferSent ? net : 0) - (reversed ? net : 0);
          expect(out - owedOf(earning)).toBeLessThanOrEqual(price);
          const sums = earning.entries.flatMap(({ postings }) => Object.values(postings));
          expect(sums.reduce((sum, amount) => sum + amount, 0)).toBe(0);
        });
      },
    ),
    { numRuns: 500 },
  );
});
