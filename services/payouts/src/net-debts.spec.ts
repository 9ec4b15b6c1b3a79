import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { amend } from "@ticketing/runtime/documents/transition";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { openPayoutWorld, type PayoutWorld } from "../testing/payout-world.ts";
import type { Earning } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";
import { owedOf } from "./earning-amounts.ts";
import { holdForRefund, refunded } from "./earning-refund.ts";
import { balance } from "./ledger.ts";

const NET = 11_250;
const { OWED, RELEASED, REVERSED, TRANSFERRED } = EarningStatus;
let world: PayoutWorld;
beforeAll(async () => {
  world = await openPayoutWorld();
}, 60_000);
afterEach(() => world.double.faults.clear());
afterAll(() => world?.close());

/** A sale of this seller's that was transferred, then refunded, and is owed since the account is empty. */
async function owing() {
  const seller = await world.seller();
  const owed = await world.released(seller.id);
  await world.moves.transfer(owed.id, owed.chargeId);
  await world.payOut(seller.accountId);
  await refund(owed.id);
  expect((await world.moves.recover(owed.id)).status).toBe(OWED);
  return { seller, owed: owed.id, next: await world.released(seller.id) };
}

async function refund(id: string): Promise<Earning> {
  await world.earnings.update(id, (earning) => holdForRefund(earning, world.clock(), world.clock()));
  return world.earnings.update(id, (earning) => refunded(earning, world.clock()));
}

/** Lets a sale bring this net amount. */
const earns = (id: string, net: number) =>
  world.earnings.update(id, (one) =>
    amend(one, { price: { ...one.price, minorUnits: one.fee + net } }, world.clock()),
  );

/** Earnings as a process sees them to which something happens before it writes this one for the nth time. */
function before(id: string, happens: () => Promise<unknown>, nth = 1): EarningStore {
  let writes = 0;
  return new Proxy(world.earnings, {
    get(target, name) {
      if (name !== "update") return Reflect.get(target, name);
      return async (...args: Parameters<typeof target.update>) => {
        if (args[0] === id && ++writes === nth) await happens();
        return target.update(...args);
      };
    },
  });
}

const moved = (orderId: string) =>
  world.transfers(orderId).reduce((total, { amount, amount_reversed: back }) => total + amount - back, 0);

/** What this seller has and owes, by the books of these sales, which sum to zero one by one. */
async function books(...ids: string[]) {
  const earnings = await Promise.all(ids.map((id) => world.earnings.get(id)));
  for (const { entries } of earnings) {
    for (const { postings } of entries)
      expect(Object.values(postings).reduce((total, amount) => total + amount, 0)).toBe(0);
  }
  const over = (account: "receivable" | "netting" | "seller") =>
    earnings.reduce((total, { entries }) => total + balance(entries, account), 0);
  return { receivable: over("receivable"), netting: over("netting"), seller: over("seller") };
}

describe("what a seller owes", () => {
  it("is kept from what they earn next, in full, and shows in the books of both sales by one id", async () => {
    const { owed, next } = await owing();
    const paying = await world.moves.transfer(next.id, next.chargeId);
    expect(paying).toMatchObject({ status: TRANSFERRED, keptFor: [{ orderId: owed, amount: NET }] });
    expect(world.transfers(next.id)).toEqual([]);
    const paid = await world.earnings.get(owed);
    expect([paid.status, owedOf(paid)]).toEqual([REVERSED, 0]);
    const id = `netting:${next.id}:${owed}`;
    for (const { entries } of [paying, paid]) expect(entries.map((entry) => entry.id)).toContain(id);
    expect(await books(owed, next.id)).toEqual({ receivable: 0, netting: 0, seller: 0 });
    // A repeat of either does nothing more.
    await world.moves.transfer(next.id, next.chargeId);
    await world.moves.recover(owed);
    expect(moved(owed)).toBe(NET);
  });

  it("is not kept from another currency or another seller", async () => {
    const { owed } = await owing();
    const other = await world.released((await world.seller()).id);
    expect((await world.moves.transfer(other.id, other.chargeId)).keptFor).toBeUndefined();
    const { sellerId } = await world.earnings.get(owed);
    expect(await world.earnings.owed(sellerId, "EUR")).toEqual([]);
    expect(await world.earnings.owed(sellerId, "USD")).toHaveLength(1);
  });

  it("is kept from all that is due together, and not from the first alone", async () => {
    const { owed, next, seller } = await owing();
    const due = [next];
    while (due.length < 4) due.push(await world.released(seller.id));
    for (const { id } of due) await earns(id, NET / 3);
    const pay = async ({ id, chargeId }: (typeof due)[number]) => {
      for (let tries = 0; tries < 500; tries++) {
        const after = await world.moves.transfer(id, chargeId).catch(() => undefined);
        if (after?.status === TRANSFERRED) return;
      }
    };
    await Promise.all(due.map(pay));
    const debt = await world.earnings.get(owed);
    expect([debt.status, owedOf(debt)]).toEqual([REVERSED, 0]);
    expect(due.reduce((total, { id }) => total + moved(id), 0)).toBe(NET / 3);
    expect(await books(owed, ...due.map(({ id }) => id))).toMatchObject({ receivable: 0, netting: 0 });
  });

  it.each(["reserved", "reversing"] as const)("is waited for while it is %s", async (way) => {
    const { owed, next, seller } = await owing();
    const another = await world.released(seller.id);
    if (way === "reserved") {
      // It earns more than is owed, so that Stripe is asked for the rest.
      await earns(another.id, NET + 100);
      world.double.faults.add({ kind: "error_before", operation: "transfers.create" });
      await world.moves.transfer(another.id, another.chargeId).catch(reasonOf);
    } else await world.earnings.update(owed, (one) => amend(one, { reversing: true }, world.clock()));
    expect(await world.moves.transfer(next.id, next.chargeId).catch(reasonOf)).toBe("EARNING_UNDERWAY");
    expect((await world.earnings.get(next.id)).begun).toBeUndefined();
  });

  it("is not waited for where it was kept by a process that died before it said so", async () => {
    const { owed, next, seller } = await owing();
    const dying = before(owed, () => Promise.reject(new Error("the process is dead")), 2);
    await expect(world.movesOf(dying).transfer(next.id, next.chargeId)).rejects.toThrow("dead");
    expect((await world.earnings.get(owed)).reserved).toBeDefined();
    const another = await world.released(seller.id);
    expect((await world.moves.transfer(another.id, another.chargeId)).status).toBe(TRANSFERRED);
    expect((await world.earnings.get(owed)).status).toBe(REVERSED);
    expect(moved(another.id)).toBe(NET);
  });

  it("is not waited for once Stripe has refused to take it back", async () => {
    const { owed, next } = await owing();
    expect((await world.moves.recover(owed)).reversing).toBeUndefined();
    expect((await world.moves.transfer(next.id, next.chargeId)).status).toBe(TRANSFERRED);
  });

  it("is paid once by an earning that two processes transfer, of which one is late", async () => {
    const { owed, next } = await owing();
    await earns(next.id, NET / 2);
    const late = before(owed, () => world.moves.transfer(next.id, next.chargeId));
    await world.movesOf(late).transfer(next.id, next.chargeId);
    await world.moves.recover(owed);
    const debt = await world.earnings.get(owed);
    expect(debt.paidBy).toEqual([{ orderId: next.id, amount: NET / 2 }]);
    expect(balance(debt.entries, "receivable")).toBe(owedOf(debt));
  });

  it("is planned anew where it was reserved by another earning meanwhile", async () => {
    const { owed, next, seller } = await owing();
    const another = await world.released(seller.id);
    const late = before(owed, () => world.moves.transfer(another.id, another.chargeId));
    expect(await world.movesOf(late).transfer(next.id, next.chargeId).catch(reasonOf)).toBe(
      "EARNING_UNDERWAY",
    );
    const { begun, attempts } = await world.earnings.get(next.id);
    expect([begun, attempts.transfer.number]).toEqual([undefined, 2]);
    await world.moves.transfer(next.id, next.chargeId);
    expect(moved(another.id) + moved(next.id)).toBe(NET);
  });

  it("is not asked for by the try before, once another process has begun the next", async () => {
    const { owed, next } = await owing();
    const late = before(owed, () =>
      world.earnings.update(next.id, (one) =>
        amend(
          one,
          {
            begun: one.begun && { ...one.begun, isFixed: true },
            attempts: { ...one.attempts, transfer: { number: 2 } },
          },
          world.clock(),
        ),
      ),
    );
    expect((await world.movesOf(late).transfer(next.id, next.chargeId)).status).toBe(RELEASED);
  });

  it("of a part is paid in part, and the rest is taken back from the account or from the next sale", async () => {
    const { owed, next, seller } = await owing();
    // A third sale pays half of it.
    await earns(next.id, NET / 2);
    await world.moves.transfer(next.id, next.chargeId);
    expect(owedOf(await world.earnings.get(owed))).toBe(NET / 2);
    const last = await world.released(seller.id);
    expect((await world.moves.transfer(last.id, last.chargeId)).status).toBe(TRANSFERRED);
    expect(moved(last.id)).toBe(NET / 2);
    expect((await world.earnings.get(owed)).status).toBe(REVERSED);
    expect(await books(owed, last.id)).toMatchObject({ receivable: 0 });
  });

  it("of a sale that had paid for another one is what was transferred and what was kept", async () => {
    const { owed, next, seller } = await owing();
    await world.moves.transfer(next.id, next.chargeId);
    // That sale is refunded too: nothing of it can be taken back at Stripe.
    await refund(next.id);
    expect(owedOf(await world.moves.recover(next.id))).toBe(NET);
    const last = await world.released(seller.id);
    await world.moves.transfer(last.id, last.chargeId);
    expect((await world.earnings.get(next.id)).status).toBe(REVERSED);
    expect(await books(owed, next.id, last.id)).toEqual({ receivable: 0, netting: 0, seller: 0 });
  });

  it("is owed as before when Stripe refuses the transfer that was to pay it", async () => {
    const { owed, next } = await owing();
    await earns(next.id, 2 * NET);
    world.double.faults.add({ kind: "refuse", operation: "transfers.create", count: 1, code: "no" });
    await world.moves.transfer(next.id, next.chargeId);
    const debt = await world.earnings.get(owed);
    expect([owedOf(debt), debt.reserved]).toEqual([NET, undefined]);
  });
});

/** Begun, reserved, fixed, transferred, paid. */
const WRITES = 5;
describe("a process that dies after any write of a netting", () => {
  it.each(Array.from({ length: WRITES }, (_, n) => n + 1))(
    "takes nothing twice and forgets nothing: write %i",
    async (last) => {
      const { owed, next } = await owing();
      let writes = 0;
      const dying = new Proxy(world.earnings, {
        get(target, name) {
          if (name !== "update") return Reflect.get(target, name);
          return async (...args: Parameters<typeof target.update>) => {
            if (writes++ >= last) throw new Error("the process is dead");
            return target.update(...args);
          };
        },
      });
      await world
        .movesOf(dying)
        .transfer(next.id, next.chargeId)
        .catch(() => undefined);
      expect(writes).toBe(Math.min(last + 1, WRITES));
      // Both are looked at again, in any order, by others.
      for (const look of [world.moves.recover(owed), world.moves.transfer(next.id, next.chargeId)])
        await look.catch(() => undefined);
      // Its workflow repeats a transfer that had to wait for the reversal.
      await world.moves.transfer(next.id, next.chargeId);
      await world.moves.recover(owed);
      expect([(await world.earnings.get(owed)).status, (await world.earnings.get(next.id)).status]).toEqual([
        REVERSED,
        TRANSFERRED,
      ]);
      // 11,250 went to the seller for good, of two sales of which one was refunded.
      expect(moved(owed) + moved(next.id)).toBe(NET);
      expect(await books(owed, next.id)).toEqual({ receivable: 0, netting: 0, seller: 0 });
    },
  );
});

it("what is owed is paid by one earning, or taken back at Stripe, and never both", async () => {
  for (let round = 0; round < 10; round++) {
    const { owed, next, seller } = await owing();
    const another = await world.released(seller.id);
    // The account has something again: a reversal would be made.
    const funding = await world.released(seller.id);
    const debtor = (debtorId: string | undefined) =>
      world.earnings.update(owed, (one) => amend(one, { debtorId }, world.clock()));
    await debtor(undefined);
    await world.moves.transfer(funding.id, funding.chargeId);
    await debtor(seller.id);
    const all = [
      () => world.moves.recover(owed),
      () => world.moves.transfer(next.id, next.chargeId),
      () => world.moves.transfer(another.id, another.chargeId),
    ];
    await Promise.all((round % 2 ? all : all.toReversed()).map((act) => act().catch(() => undefined)));
    for (const act of all) await act();
    const ids = [owed, next.id, another.id, funding.id];
    expect(ids.reduce((total, id) => total + moved(id), 0)).toBe(3 * NET);
    expect(await books(...ids)).toEqual({ receivable: 0, netting: 0, seller: 0 });
    expect((await world.earnings.get(owed)).status).toBe(REVERSED);
  }
}, 60_000);
